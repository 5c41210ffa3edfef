/* The address of the API server, taken apart. */
#ifndef CLIENT_SERVER_H
#define CLIENT_SERVER_H

#include <opsdk/error.h>

typedef struct server {
    bool tls;
    char *host;    /* without brackets */
    bool ip6;      /* host is an IPv6 address and needs brackets in a URL */
    bool loopback; /* host is 127.0.0.0/8, ::1 or localhost */
    int port;
    char *prefix;    /* "" or "/path", no slash at the end */
    char *authority; /* "host:port" with brackets as needed: the Host header */
} server;

/* Takes "https://host:port/prefix" apart; https when there is no scheme.  User, query and fragment are refused.  *ret is the
 * caller's to server_clear. */
int server_parse(const char *url, server *ret, opsdk_error *err);
void server_clear(server *s);
bool server_is_ip(const char *host);

#define auto_server __attribute__((cleanup(server_clear))) server

#endif
