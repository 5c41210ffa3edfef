/* One request as a curl handle: what http_call and the run loop have in common. */
#ifndef CLIENT_HTTP_TRANSFER_H
#define CLIENT_HTTP_TRANSFER_H

#include "client/http.h"

/* Like http_transfer_new, on a handle that is lent for as long as the transfer lives.  authorization is the header's value or "".
 * The request's body is borrowed. */
int http_transfer_on(opsdk_client *c, const http_request *rq, CURL *easy, const char *authorization,
                     http_transfer **ret, opsdk_error *err);
/* Moves the body that was kept. */
void http_transfer_take(http_transfer *t, http_reply *ret);
/* No byte of the reply arrived on a connection that had served before: the server had closed it. */
bool http_transfer_was_stale(const http_transfer *t, CURLcode result);

#endif
