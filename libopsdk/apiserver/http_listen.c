#include "apiserver/http_listen.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int http_listen_parse(const char *text, char *host, size_t room, struct lws_context_creation_info *info,
                      opsdk_error *err)
{
    const char *colon = strrchr(text, ':');
    char *end = NULL;

    if (strncmp(text, "unix:", 5) == 0) {
        info->iface = text + 5;
        info->options |= LWS_SERVER_OPTION_UNIX_SOCK;
        return 0;
    }
    info->port = colon ? (int)strtol(colon + 1, &end, 10) : -1;
    if (!colon || end == colon + 1 || *end || info->port < 0 || info->port > 65535 || (size_t)(colon - text) >= room)
        return opsdk_error_set(err, OPSDK_EINVAL, "listen address %s: want HOST:PORT or unix:PATH", text);
    snprintf(host, room, "%.*s", (int)(colon - text), text);
    info->iface = *host ? host : NULL;
    return 0;
}
