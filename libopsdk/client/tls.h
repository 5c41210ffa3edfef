/* TLS settings, made once and applied to both stacks: libcurl's and libwebsockets' SSL_CTX. */
#ifndef CLIENT_TLS_H
#define CLIENT_TLS_H

#include "client/config.h"

#include <openssl/ssl.h>

/* Sets on ctx: TLS 1.2 or later, verification of the peer against the configuration's CA (else the system's) and of its name or
 * address (tls-server-name, else the server's host), client certificate and key.  cert and key override the configuration's when
 * not NULL (from a credential plugin).  Any thread; ctx is the caller's. */
int tls_apply(const config *cfg, const config_blob *cert, const config_blob *key, SSL_CTX *ctx, opsdk_error *err);

#endif
