/* UIDs as the 16 bytes that they nearly always stand for. */
#ifndef CORE_UID_H
#define CORE_UID_H

#include <stdbool.h>

enum { UID_BYTES = 16, UID_TEXT = 36 };

/* False when text is not written as the server does it: 8-4-4-4-12 lower-case digits. */
bool uid_parse(const char *text, unsigned char ret[UID_BYTES]);
void uid_print(const unsigned char uid[UID_BYTES], char ret[UID_TEXT]); /* no NUL */

#endif
