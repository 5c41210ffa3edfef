/* Admission webhooks: which there are, whom they concern, and threads for the calls that they make wait.
 *
 * A request that a webhook may want to see is handled in a thread of its own, under the server's lock as always, which is let go while
 * the webhook is asked; the loop goes on meanwhile.  What the server writes by itself, manifests that are loaded included, is not shown to
 * webhooks. */
#ifndef APISERVER_HOOKS_HOOKS_H
#define APISERVER_HOOKS_HOOKS_H

#include "apiserver/apiserver.h"

#include <stdatomic.h>

typedef struct hooks hooks;
typedef struct hook_thread hook_thread; /* who may wait */

hooks *hooks_new(void);        /* NULL: no memory */
hooks *hooks_free(hooks *h);   /* when no thread is left */
void hooks_stop(apiserver *s); /* ends the calls under way and all threads; blocks; without the lock */
void hooks_changed(hooks *h);  /* a configuration was written */
/* 1: api_resume answers it in another thread; 0: it does not concern webhooks; -1: no memory. */
int hooks_take(call *c, failure *why);

/* *ret: the webhooks in order, an array of their documents; the caller's; NULL: none.  -1: no memory. */
int hooks_list(apiserver *s, bool mutating, json_t **ret, failure *why);
const atomic_bool *hooks_stopped(const apiserver *s);
void *hook_thread_curl(hook_thread *t); /* its CURLM, which keeps connections; NULL: no memory */

#endif
