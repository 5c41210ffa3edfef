/* Requests that libwebsockets 4.1 would misread: it takes an encoded line feed in a request's query (a script for exec has many) for the end
 * of the request line; and it answers an upgrade to what it does not know (SPDY, to which kubectl falls back) by itself, without a reason. */
#ifndef APISERVER_HTTP_DOOR_H
#define APISERVER_HTTP_DOOR_H

#include <stdbool.h>

struct lws_vhost;

/* Looks at what a connection that comes in begins with.  True: the connection was taken over with a request line that can be read, and fd is
 * to be closed. */
bool http_door(struct lws_vhost *vhost, int fd);

/* The first parameter of such a request; the values of the others are still encoded. */
#define HTTP_ENCODED "opsdk.dev-encoded"
/* Decodes %XX in place. */
void http_decode(char *text);

#endif
