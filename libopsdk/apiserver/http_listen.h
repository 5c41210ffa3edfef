/* Where the server is to listen, as its author says it. */
#ifndef APISERVER_HTTP_LISTEN_H
#define APISERVER_HTTP_LISTEN_H

#include <opsdk/error.h>
#include <stddef.h>

struct lws_context_creation_info;

/* text is "HOST:PORT" or "unix:PATH" and must live as long as info, as must host (of room bytes), which info refers to. */
int http_listen_parse(const char *text, char *host, size_t room, struct lws_context_creation_info *info,
                      opsdk_error *err);

#endif
