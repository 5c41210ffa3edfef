/* The verbs on resources; api.c chooses.  All under the lock; -1 with *why, or 0 with the answer set. */
#ifndef APISERVER_VERBS_H
#define APISERVER_VERBS_H

#include "apiserver/apiserver.h"

int verb_get(call *c, failure *why);
int verb_list(call *c, failure *why);
int verb_watch(call *c, failure *why);
int verb_create(call *c, failure *why);
int verb_update(call *c, failure *why);
int verb_patch(call *c, failure *why);
int verb_delete(call *c, failure *why);
int verb_deletecollection(call *c, failure *why);

/* The stored object that the request names, or 404. */
item *verb_find(call *c, failure *why);
int fail_unknown(failure *why); /* 404: no such resource */
int fail_method(failure *why);  /* 405 */
int fail_not_found(const resource *res, const char *name, failure *why);
int fail_conflict(const resource *res, const char *name, const char *message, failure *why);

/* Answers with the list that the options describe. */
struct list_options;
int list_answer(call *c, const struct list_options *opts, failure *why);

/* Answers with one object in the form that the client accepts; obj is borrowed. */
int answer_object(call *c, int status, json_t *obj, failure *why);

/* 504 when revision is still to come. */
int fail_too_large(const apiserver *s, int64_t revision, failure *why);

#endif
