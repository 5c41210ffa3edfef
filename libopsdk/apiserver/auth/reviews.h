/* Answers to "may he?", "what may I?" and "who is this?": kinds that are created and not stored. */
#ifndef APISERVER_REVIEWS_H
#define APISERVER_REVIEWS_H

#include "apiserver/resource.h"

/* Each is a resource's review (resource.h). */
int review_access(call *c, json_t *obj, failure *why); /* subjectaccessreviews, with self- and local- */
int review_rules(call *c, json_t *obj, failure *why);  /* selfsubjectrulesreviews */
int review_self(call *c, json_t *obj, failure *why);   /* selfsubjectreviews */
int review_token(call *c, json_t *obj, failure *why);  /* tokenreviews */

/* The subresource serviceaccounts/token. */
int token_handle(call *c, failure *why);

#endif
