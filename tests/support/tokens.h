/* What the scanner says about a text, written down, so that two ways of feeding it can be compared. */
#ifndef SUPPORT_TOKENS_H
#define SUPPORT_TOKENS_H

#include "core/buf.h"

/* Feeds text in a first piece of cut bytes (0: none) and then pieces of step bytes.  Adds the tokens to said, parts joined, and
 * at the end the result, which it returns: 0 or OPSDK_EPROTO. */
int tokens_say(const char *text, size_t len, size_t cut, size_t step, buf *said);

/* The same of a scan into a pack: adds the result and the node's bytes as far as there are any.  Pieces of one byte go through scan.c
 * alone, larger ones also through scan_run.c. */
int tokens_pack(const char *text, size_t len, size_t cut, size_t step, buf *said);

/* The text as a value in a map, as one of what is left out of it, and with so much behind it that its end is not near. */
void tokens_wrap(const char *text, size_t len, buf *ret);

/* A whole file; exits when it cannot be read. */
char *fixture_read(const char *path, size_t *ret_len);

#endif
