/* Base64, RFC 4648. */
#ifndef CORE_BASE64_H
#define CORE_BASE64_H

#include "core/buf.h"

/* Line breaks are allowed in text.  False for anything else that is no base64, or when ret fails. */
bool base64_decode(const char *text, size_t len, buf *ret);
void base64_encode(const void *data, size_t len, buf *ret);

/* The same with the alphabet for URLs, and without padding. */
bool base64url_decode(const char *text, size_t len, buf *ret);
void base64url_encode(const void *data, size_t len, buf *ret);

#endif
