/* Text from outside made fit to print. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Replaces control characters, ESC and DEL with '?', and bytes that are no valid UTF-8 likewise, in place; cuts a UTF-8
 * sequence that is incomplete at the end.  Line feeds and tabs become spaces. */
void text_neutralise(char *s, size_t len);

/* Is it valid UTF-8 throughout? */
bool text_is_utf8(const char *s, size_t len);

#endif
