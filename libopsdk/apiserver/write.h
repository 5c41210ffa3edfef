/* The steps that every write takes between its document and the store. */
#ifndef APISERVER_WRITE_H
#define APISERVER_WRITE_H

#include "apiserver/apiserver.h"
#include "apiserver/schema/decode.h"

typedef struct writing {
    call *c;
    json_t *obj;      /* what is to be stored; owned */
    json_t *old;      /* what is stored; owned; NULL: create */
    int64_t revision; /* of old */
    item *
        stored; /* out: what is stored now, of the text that obj is; owned; NULL: that is another, or nothing was written */
    bool applied;   /* managedFields are set already */
    bool released;  /* the lock was let go meanwhile */
    bool unchanged; /* out: nothing was written */
} writing;

void writing_clear(writing *w);

/* Fits the document to its kind: apiVersion and kind, unknown fields, types, defaults; text is as sent, or NULL. */
int write_decode(call *c, json_t *obj, const char *text, size_t len, failure *why);
/* The same of what a webhook has changed: nobody is told of what does not fit. */
int write_settle(call *c, json_t *obj, failure *why);
/* Likewise what an apply has made. */
int write_decode_applied(call *c, json_t *obj, failure *why);
/* The parameter fieldValidation. */
enum field_validation write_validation(const call *c);
/* Prepares, admits, validates and stores w->obj.  409 when the stored object changed meanwhile. */
int write_create(writing *w, failure *why);
int write_update(writing *w, failure *why);
/* Answers with w->obj. */
int write_answer(writing *w, int status, failure *why);

/* Removes an object, or marks it as being deleted.  opts: DeleteOptions or NULL; *ret: the object while it lives on, or
 * where the kind answers with it, else NULL; the caller's. */
int delete_object(call *c, item *it, const json_t *opts, json_t **ret, failure *why);
/* After an update: was that the last finalizer of an object that is being deleted? */
bool delete_is_due(const resource *res, const json_t *obj);
/* Removes what is stored, whatever stands against it; old is that. */
int delete_now(call *c, const json_t *old, failure *why);

/* Server-side apply of config as the call's resource, namespace and name. */
int change_apply(call *c, const json_t *config, failure *why);

/* The field manager of a call: fieldManager, else what the user agent begins with. */
const char *call_manager(call *c);

#endif
