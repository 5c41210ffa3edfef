#include "tests/conformance/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *fmt, ...)
{
    va_list ap;

    fputs("conformance: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(2);
}

void *keep(void *memory)
{
    if (!memory)
        die("out of memory");
    return memory;
}

char *file_read(const char *path)
{
    auto_buf text = BUF_INIT(TOOL_TEXT_MAX);
    char room[65536];
    size_t n;
    FILE *f = fopen(path, "r");

    if (!f)
        die("%s: %s", path, strerror(errno));
    while ((n = fread(room, 1, sizeof(room), f)) > 0)
        buf_add(&text, room, n);
    fclose(f);
    buf_puts(&text, "");
    return keep(buf_take(&text, NULL));
}

void file_write(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "w");

    if (!f)
        die("%s: %s", path, strerror(errno));
    if (fwrite(text, 1, len, f) != len)
        die("%s: %s", path, strerror(errno));
    if (fclose(f) != 0)
        die("%s: %s", path, strerror(errno));
}

json_t *copy_sorted(const json_t *doc)
{
    char *text = keep(json_dumps(doc, JSON_SORT_KEYS | JSON_ENCODE_ANY));
    json_t *copy = keep(json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));

    free(text);
    return copy;
}
