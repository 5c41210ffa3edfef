#include "apiserver/http_tls.h"
#include "apiserver/auth/tls.h"

#include <string.h>

void http_tls_prepare(const apiserver *s, struct lws_context_creation_info *info)
{
    if (!s->tls)
        return;
    info->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_REQUIRE_VALID_OPENSSL_CLIENT_CERT |
                     LWS_SERVER_OPTION_PEER_CERT_NOT_REQUIRED;
    info->alpn = "http/1.1"; /* answers are framed for that */
    info->provided_client_ssl_ctx = tls_client(s->tls);
    info->server_ssl_cert_mem = tls_certificate(s->tls);
    info->server_ssl_cert_mem_len = (unsigned)strlen(tls_certificate(s->tls)) + 1;
    info->server_ssl_private_key_mem = tls_key(s->tls);
    info->server_ssl_private_key_mem_len = (unsigned)strlen(tls_key(s->tls)) + 1;
}

/* A certificate of somebody else's does not end the handshake: the request is answered 401, as the real server does. */
int http_tls_event(const apiserver *s, enum lws_callback_reasons reason, void *context)
{
    return reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS && s->tls ? tls_trust(s->tls, context) : 0;
}

void *http_tls_of(struct lws *wsi)
{
    return lws_is_ssl(wsi) ? lws_get_ssl(wsi) : NULL;
}
