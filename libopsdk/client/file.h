/* Small files, read whole. */
#ifndef CLIENT_FILE_H
#define CLIENT_FILE_H

#include "core/buf.h"

#include <opsdk/error.h>

/* Adds the file's bytes to ret, at most LIMIT_CONFIG_FILE.  OPSDK_ENOTFOUND when it is not there, else OPSDK_EINVAL; the
 * message starts with the path. */
int file_load(const char *path, buf *ret, opsdk_error *err);

/* Like buf_clear, and wipes the bytes: for secrets. */
void file_wipe(buf *b);
#define auto_secret __attribute__((cleanup(file_wipe))) buf

#endif
