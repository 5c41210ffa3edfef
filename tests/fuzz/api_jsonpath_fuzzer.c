/* A path on the first line, a document on the second: the first value is the first of all, and a path that cannot be read finds nothing. */
#include "apiserver/jsonpath.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *path, const json_t *doc)
{
    json_t *first = jsonpath_first(path, doc), *all = jsonpath_all(path, doc);

    if (!jsonpath_is_valid(path) && (first || all))
        abort();
    if (all && !json_is_array(all))
        abort();
    if (first && all && !json_equal(first, json_array_get(all, 0)))
        abort();
    if (all && json_array_size(all) && !first)
        abort();
    json_decref(first);
    json_decref(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *line = memchr(data, '\n', size);
    size_t first = line ? (size_t)(line - (const char *)data) : size;
    char *path = strndup((const char *)data, first);
    json_t *doc = line ? json_loadb(line, size - first, 0, NULL) : NULL;

    check(path, doc);
    json_decref(doc);
    free(path);
    return 0;
}
