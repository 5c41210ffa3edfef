/* AdmissionReview: the question to a webhook, and its answer. */
#ifndef APISERVER_HOOKS_REVIEW_H
#define APISERVER_HOOKS_REVIEW_H

#include "apiserver/hooks/match.h"
#include "apiserver/meta.h"

/* The question about a, with objects in the version of as; the caller's; NULL: no memory.  uid becomes its uid. */
json_t *review_make(const hook_ask *a, const json_t *hook, const resource *as, char uid[META_UID]);

/* The response within an answer (borrowed), once it is checked.  NULL: it is none, and trouble says why in the real server's words. */
const json_t *review_read(const json_t *answer, const char *uid, bool mutating, char *trouble, size_t room);

/* A response that does not allow: the failure that the client gets. */
int review_deny(const char *hook, const json_t *response, failure *why);

/* An object in another version of its resource; the caller's. */
json_t *review_convert(const json_t *obj, const resource *as);

#endif
