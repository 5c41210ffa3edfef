/* UTF-8 as Go reads it: one code point at a time, a bad byte counts as U+FFFD. */
#ifndef APISERVER_RUNE_H
#define APISERVER_RUNE_H

#include <stddef.h>
#include <stdint.h>

#define RUNE_MAX 0x10FFFF

size_t rune_next(const char *s, size_t left, int32_t *ret); /* bytes it takes; left must not be 0 */
size_t rune_count(const char *s, size_t len);

#endif
