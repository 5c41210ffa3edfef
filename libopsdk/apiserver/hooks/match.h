/* Does a webhook want to see a request?  By rules, scope, match policy and selectors. */
#ifndef APISERVER_HOOKS_MATCH_H
#define APISERVER_HOOKS_MATCH_H

#include "apiserver/apiserver.h"

/* Is it a request that webhooks see at all: a write, of no subresource that has documents of its own, and not of webhooks. */
bool match_possible(const call *c);
/* Could hook want it, by what the request's line says? */
bool match_request(const call *c, const json_t *hook);

/* What is asked of webhooks. */
typedef struct hook_ask {
    call *c;
    json_t *obj;       /* NULL: a delete */
    const json_t *old; /* NULL: a create */
    failure *why;
} hook_ask;

/* "CREATE", "UPDATE", "DELETE". */
const char *ask_operation(const hook_ask *a);
/* Of the request; a namespace's own name for a namespace. */
const char *ask_namespace(const hook_ask *a);

/* *ret: the version of the resource in which hook wants to see it; NULL: it does not want to.  -1: its namespace is not there,
 * or there is no memory. */
int match_hook(const hook_ask *a, const json_t *hook, resource **ret);

/* Does a LabelSelector select these labels?  Empty selects all. */
bool match_labels(const json_t *selector, const json_t *labels);

#endif
