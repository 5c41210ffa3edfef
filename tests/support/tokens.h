/* What the scanner says about a text, written down, so that two ways of feeding it can be compared. */
#ifndef SUPPORT_TOKENS_H
#define SUPPORT_TOKENS_H

#include "core/buf.h"

/* Feeds text in a first piece of cut bytes (0: none) and then pieces of step bytes.  Adds the tokens to said, parts joined, and
 * at the end the result, which it returns: 0 or OPSDK_EPROTO. */
int tokens_say(const char *text, size_t len, size_t cut, size_t step, buf *said);

/* A whole file; exits when it cannot be read. */
char *fixture_read(const char *path, size_t *ret_len);

#endif
