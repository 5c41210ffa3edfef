/* What is read keeps the limits, and written as JSON, which is YAML, it reads back the same. */
#include "core/limits.h"

#include <opsdk.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t yaml_nodes(json_t *tree, unsigned depth)
{
    size_t n = 1, i;
    json_t *item;

    if (depth > LIMIT_DEPTH)
        abort();
    json_array_foreach(tree, i, item) n += yaml_nodes(item, depth + 1);
    for (void *it = json_object_iter(tree); it; it = json_object_iter_next(tree, it))
        n += yaml_nodes(json_object_iter_value(it), depth + 1);
    return n;
}

/* What libyaml does not read of JSON: DEL and the like as they are, keys over 1024 bytes. */
static bool yaml_is_excused(const opsdk_error *err)
{
    return strstr(err->message, "control characters") || strstr(err->message, "':'") || strstr(err->message, "1 MiB");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *tree = NULL, *back = NULL;
    opsdk_error err = {0};
    char *dump;
    int r = opsdk_yaml_parse("x", (const char *)data, size, &tree, &err);

    if (r < 0) {
        if (r != OPSDK_EINVAL || err.code != r || !err.message[0] || tree)
            abort();
        return 0;
    }
    if (yaml_nodes(tree, 0) > LIMIT_YAML_NODES)
        abort();
    dump = json_dumps(tree, JSON_ENCODE_ANY | JSON_COMPACT);
    if (!dump)
        abort();
    if (opsdk_yaml_parse("x", dump, strlen(dump), &back, &err) < 0 ? !yaml_is_excused(&err) : !json_equal(tree, back))
        abort();
    free(dump);
    json_decref(tree);
    json_decref(back);
    return 0;
}
