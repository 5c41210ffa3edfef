/* What the files of this program share: it ends with a message where there is nothing better to do. */
#ifndef CONFORMANCE_TOOL_H
#define CONFORMANCE_TOOL_H

#include "core/buf.h"

#include <jansson.h>
#include <opsdk/common.h>

#define TOOL_TEXT_MAX ((size_t)64 << 20)

void die(const char *fmt, ...) OPSDK_PRINTF(1, 2) __attribute__((noreturn));

/* Never NULL: without memory the program ends. */
void *keep(void *memory);
char *file_read(const char *path); /* the caller's */
void file_write(const char *path, const char *text, size_t len);
json_t *copy_sorted(const json_t *doc); /* members in order of their names, all the way down */

#endif
