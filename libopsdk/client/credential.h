/* What is sent to prove who we are; renewed as it expires.  Thread-safe. */
#ifndef CLIENT_CREDENTIAL_H
#define CLIENT_CREDENTIAL_H

#include "client/config.h"
#include "core/buf.h"

typedef struct credential credential;

/* cfg is borrowed and must outlive it. */
int credential_new(const config *cfg, credential **ret, opsdk_error *err);
credential *credential_free(credential *c);

/* The value of the Authorization header, or nothing added when the client certificate is all there is.  A token file is read again
 * when the last reading is older than LIMIT_TOKEN_AGE_MS, a plugin run again when its token has expired; refresh asks for both now
 * (after a 401), except when ret holds the value that was refused and another thread has replaced that already; ret is emptied first
 * then.  If a file cannot be read the last token is kept. */
int credential_authorization(credential *c, bool refresh, buf *ret, opsdk_error *err);

/* The server answered 401 to this value: unless it has been replaced already, the next credential_authorization renews it. */
void credential_refused(credential *c, const char *authorization);

/* Certificate and key that a plugin gave; empty blobs when it gave none.  Copies, the caller's to config_blob_clear. */
int credential_certificate(credential *c, config_blob *ret_cert, config_blob *ret_key, opsdk_error *err);

/* A plugin that runs, or is to be run, ends with OPSDK_ECANCELED.  From any thread. */
void credential_cancel(credential *c);

#endif
