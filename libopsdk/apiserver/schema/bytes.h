/* Base64 as Go's encoding/base64.StdEncoding reads it, for its messages. */
#ifndef APISERVER_BYTES_H
#define APISERVER_BYTES_H

#include "core/buf.h"

/* Adds what text stands for.  False: *ret_wrong is where it goes wrong, as Go counts. */
bool bytes_decode(const char *text, size_t len, buf *out, size_t *ret_wrong);

#endif
