/* JSON Web Tokens (RFC 7519), signed with HMAC-SHA256: what this server gives out is for itself alone, so that no pair of keys is needed. */
#ifndef APISERVER_JWT_H
#define APISERVER_JWT_H

#include "core/buf.h"

#include <jansson.h>

#define JWT_KEY 32 /* bytes */

/* The token; the caller's.  claims is consumed.  NULL: no memory. */
char *jwt_sign(const unsigned char key[JWT_KEY], json_t *claims);
/* Its claims, the caller's; NULL when key did not sign it.  Whether they still hold is for the caller to see. */
json_t *jwt_verify(const unsigned char key[JWT_KEY], const char *token);

#endif
