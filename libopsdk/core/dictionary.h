/* What the packed objects of one kind have in common: the kind, and the text that they are packed and opened by.
 *
 * Counted, and immutable but for what it keeps at hand: any thread may open with it, take and drop references. */
#ifndef CORE_DICTIONARY_H
#define CORE_DICTIONARY_H

#include <opsdk/kind.h>

typedef struct dictionary dictionary;

/* kind is borrowed, text copied; len 0: none, for objects that are packed without.  NULL when out of memory. */
dictionary *dictionary_new(const opsdk_kind *kind, const char *text, size_t len);
dictionary *dictionary_ref(dictionary *d);
dictionary *dictionary_unref(dictionary *d); /* NULL is fine; returns NULL */

const opsdk_kind *dictionary_kind(const dictionary *d);
size_t dictionary_len(const dictionary *d);  /* bytes of its text */
size_t dictionary_size(const dictionary *d); /* bytes of memory it occupies */

/* Lets go of what it keeps at hand. */
void dictionary_rest(dictionary *d);

/* Opens what was packed by it: exactly raw bytes.  OPSDK_ENOMEM. */
int dictionary_open(dictionary *d, const char *from, size_t len, char *to, size_t raw);

#endif
