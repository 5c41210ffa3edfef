/* Regular expressions as Go has them (RE2 syntax), matched in time that is linear in the text: what patterns in CRDs and CEL's
 * matches() are written in.
 *
 * Not there, and refused: \p{...}, and (?i) over letters that are not ASCII.  Immutable once made; any thread. */
#ifndef APISERVER_REGEX_H
#define APISERVER_REGEX_H

#include <opsdk/common.h>

typedef struct regex regex;

/* NULL when the pattern is wrong or not supported; *ret_why says so in Go's words and is the caller's (NULL: no memory). */
regex *regex_new(const char *pattern, size_t len, char **ret_why);
regex *regex_free(regex *re);

/* Does it match anywhere in text?  1 or 0; -1: no memory. */
int regex_match(const regex *re, const char *text, size_t len);

#endif
