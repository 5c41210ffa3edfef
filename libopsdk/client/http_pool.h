/* Idle easy handles of a client: each keeps its connection. */
#ifndef CLIENT_HTTP_POOL_H
#define CLIENT_HTTP_POOL_H

#include "client/client.h"

#include <curl/curl.h>

struct http_pool *http_pool_new(void);
/* One that is idle, or a new one; NULL when out of memory.  Goes back with http_pool_give. */
CURL *http_pool_take(struct http_pool *p);
void http_pool_give(struct http_pool *p, CURL *easy);
/* Ends all idle connections: a renewed client certificate counts from the next one on. */
void http_pool_drop(struct http_pool *p);

#endif
