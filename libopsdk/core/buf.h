/* A growable byte buffer with a maximum.
 *
 * Failure is sticky: once memory or room runs out, further adds do nothing and failed stays set, so that a sequence is checked
 * once at its end.  data is NUL-terminated behind len whenever it is not NULL.  One owner; not thread-safe. */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <opsdk/common.h>

typedef struct buf {
    char *data;
    size_t len, cap, max;
    bool failed;
} buf;
#define BUF_INIT(limit) ((buf){.max = (limit)})

void buf_clear(buf *b); /* frees; keeps max */
void buf_reset(buf *b); /* empties, keeps the memory, forgets a failure */

/* Makes room for extra more bytes; false and failed when that is not possible. */
bool buf_reserve(buf *b, size_t extra);
void buf_add(buf *b, const void *data, size_t len);
void buf_addc(buf *b, char c);
void buf_puts(buf *b, const char *s);
void buf_printf(buf *b, const char *fmt, ...) OPSDK_PRINTF(2, 3);

/* Hands the bytes to the caller, NUL-terminated; NULL when the buffer failed.  The buffer is empty afterwards. */
char *buf_take(buf *b, size_t *ret_len);

#define auto_buf __attribute__((cleanup(buf_clear))) buf

#endif
