#include "apiserver/json_put.h"

static int add(const char *text, size_t len, void *out)
{
    buf_add(out, text, len);
    return ((buf *)out)->failed ? -1 : 0;
}

int json_put(const json_t *doc, buf *out)
{
    return json_dump_callback(doc, add, out, JSON_COMPACT);
}
