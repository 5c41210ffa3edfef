/* What the rules of a schema have against a value: errors in the words of kube-openapi, before they become field errors. */
#ifndef APISERVER_FINDINGS_H
#define APISERVER_FINDINGS_H

#include "apiserver/arena.h"
#include "apiserver/failure.h"
#include "core/buf.h"
#include "core/limits.h"

enum finding_kind {
    FINDING_INVALID,
    FINDING_TYPE,
    FINDING_REQUIRED,
    FINDING_CHOICE,
    FINDING_TOO_LONG,
    FINDING_TOO_MANY,
    FINDING_COMBINED /* of allOf, anyOf, oneOf, not: about no field */
};

typedef struct finding {
    enum finding_kind kind;
    const char *path;    /* below the value that is validated; "" for itself */
    const char *message; /* "" where the kind says it all */
    json_t *value;       /* owned; NULL: "" is shown */
    const json_t *choices;
    int64_t actual, max;
} finding;

typedef struct findings {
    finding *list;
    size_t n, cap;
    int matches; /* checks that were made: what the server takes for closeness among alternatives */
} findings;

/* Where the strings of findings live, and the path that is being looked at. */
typedef struct findings_room {
    arena mem;
    buf path;
    bool failed; /* no memory */
} findings_room;

void findings_room_clear(findings_room *room);

/* value is taken over. */
void findings_add(findings_room *room, findings *f, enum finding_kind kind, json_t *value, const char *fmt, ...)
    OPSDK_PRINTF(5, 6);
finding *findings_last(findings *f); /* the one just added; NULL: it could not be */
void findings_merge(findings_room *room, findings *into, findings *from); /* from is empty after */
void findings_cut(findings *f, size_t n);                                 /* forgets all after the first n */
void findings_clear(findings *f);

/* As field errors below prefix ("": none).  The same message is reported once. */
void findings_report(const findings *f, const char *prefix, field_errors *errors);

/* Steps down to a member or an item; back with the length that they return. */
size_t path_member(findings_room *room, const char *name, bool always_dot);
size_t path_item(findings_room *room, size_t i);
void path_back(findings_room *room, size_t len);
const char *path_now(const findings_room *room);

#endif
