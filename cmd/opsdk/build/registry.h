/* One registry over HTTP: requests, with whatever proof of identity it asks for.  Follows no redirects. */
#ifndef BUILD_REGISTRY_H
#define BUILD_REGISTRY_H

#include "push.h"

#include <opsdk/error.h>

#define REGISTRY_REPLY (1u << 20) /* bytes of an answer that are kept */

typedef struct registry registry;

typedef struct registry_request {
    const char *method, *path; /* or a whole URL, as Location names it */
    const char *type;          /* of the body; NULL: no body */
    const char *text;          /* the body */
    const char *file;          /* or the file that it is in */
    uint64_t size;             /* of the file */
} registry_request;

typedef struct registry_reply { /* until the next request */
    long status;
    const char *body;
    const char *location, *content_digest; /* "" when absent */
} registry_reply;

/* push is the repository that is written to; for the scope of a token. */
int registry_open(const reference *push, const push_opts *opts, registry **ret, opsdk_error *err);
/* Asks once more with credentials when the answer is 401.  Negative when there was no answer, or when it still is 401: OPSDK_EAUTH. */
int registry_ask(registry *g, const registry_request *q, registry_reply *ret, opsdk_error *err);
/* What the registry gave as its reason, for a message; at most one line. */
const char *registry_reason(const registry_reply *r);
void registry_close(registry *g);

#endif
