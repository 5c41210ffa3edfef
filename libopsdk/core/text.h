/* Text: compared, looked at as UTF-8, and made fit to print. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Are they the same?  NULL is as "". */
bool text_same(const char *a, const char *b);

/* Replaces control characters, ESC and DEL with '?', and bytes that are no valid UTF-8 likewise, in place; cuts a UTF-8
 * sequence that is incomplete at the end.  Line feeds and tabs become spaces. */
void text_neutralise(char *s, size_t len);

/* Is it valid UTF-8 throughout? */
bool text_is_utf8(const char *s, size_t len);

/* Length of the valid UTF-8 sequence that s, of len bytes and not empty, begins with; 0 if there is none (RFC 3629: no overlongs, no
 * surrogates). */
size_t text_sequence(const char *s, size_t len);

/* Writes a code point as UTF-8; its length. */
size_t text_encode(uint32_t code, char to[4]);

#endif
