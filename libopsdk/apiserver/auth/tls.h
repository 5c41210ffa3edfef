/* A certificate authority of its own, made when a server that speaks TLS starts: for the server's certificate and those of users. */
#ifndef APISERVER_TLS_H
#define APISERVER_TLS_H

#include "apiserver/call.h"

typedef struct tls tls;

/* host is another name or address than those of this machine by which the server is reached, or "".  NULL: OpenSSL failed, or no memory. */
tls *tls_new(const char *host);
tls *tls_free(tls *t); /* NULL is fine; returns NULL */

/* PEM, borrowed. */
const char *tls_authority(const tls *t);
const char *tls_certificate(const tls *t);
const char *tls_key(const tls *t);
void *tls_client(
    const tls *
        t); /* SSL_CTX, borrowed, which trusts nobody: libwebsockets would read all of the system's authorities for one */

/* A certificate of a user: his name is its CN, his groups its O.  Appends PEM.  -1: OpenSSL failed, or no memory. */
int tls_issue(const tls *t, const user_info *user, buf *certificate, buf *key);

/* Lets a context (SSL_CTX) take certificates of this authority.  0, or -1. */
int tls_trust(const tls *t, void *context);
/* Of a connection (SSL): whose certificate the client showed.  1: ret is filled; 0: none; -1: none of this authority's, or no memory. */
int tls_user(void *connection, user_info *ret);

#endif
