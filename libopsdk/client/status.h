/* What an HTTP status and the server's Status object mean as an error. */
#ifndef CLIENT_STATUS_H
#define CLIENT_STATUS_H

#include <opsdk/error.h>

/* Fills *err from a reply that is no success: code, http_status, retry_after_ms, and reason and message of the Status in body, or
 * the start of the body when it is none.  what is the request ("GET /api/v1/pods").  Returns the code. */
int status_error(int http_status, const char *what, const char *body, size_t len, int64_t retry_after_ms,
                 opsdk_error *err);

#endif
