/* Between select.c (what matches), select_labels.c and select_fields.c (what is asked). */
#ifndef APISERVER_SELECT_PARSE_H
#define APISERVER_SELECT_PARSE_H

#include "apiserver/select.h"

/* A field's place: FIELD_NAME, FIELD_NAMESPACE or the index of one of the resource's selectables. */
enum { FIELD_NAME = -1, FIELD_NAMESPACE = -2, FIELD_NONE = -3 };
enum compare { CMP_IN, CMP_NOT_IN, CMP_EXISTS, CMP_ABSENT, CMP_GREATER, CMP_LESS };

/* One condition. */
typedef struct condition {
    enum compare how;
    char *key;
    char **values; /* owned, as key */
    size_t n;
    bool of_field;
    int field;
} condition;

struct selection {
    condition *list;
    size_t n;
};

/* A new condition at the end; NULL: no memory. */
condition *selection_add(selection *s);
/* Takes value; -1: no memory, also when value is NULL. */
int condition_add(condition *c, char *value);

/* Both add to s; -1 with *why. */
int select_labels(selection *s, const char *text, failure *why);
int select_fields(selection *s, const char *text, failure *why);

#endif
