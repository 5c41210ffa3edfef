/* TLS at the door, where it was asked for: libwebsockets is given the certificates, and what clients show is taken along. */
#ifndef APISERVER_HTTP_TLS_H
#define APISERVER_HTTP_TLS_H

#include "apiserver/http.h"

#include <libwebsockets.h>

/* Fills in what a context and a virtual host are told; nothing without TLS. */
void http_tls_prepare(const apiserver *s, struct lws_context_creation_info *info);
/* libwebsockets makes a context of OpenSSL's, and has verified a certificate.  -1: no. */
int http_tls_event(const apiserver *s, enum lws_callback_reasons reason, void *context);
/* The connection's TLS (SSL), or NULL. */
void *http_tls_of(struct lws *wsi);

#endif
