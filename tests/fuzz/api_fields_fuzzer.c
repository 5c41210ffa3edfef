/* FieldsV1: what is read is written so that the same is read again; sets of them obey the rules of sets. */
#include "apiserver/apply/typed.h"
#include "apiserver/kinds/schemas.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const fields *read_set(pool *mem, const json_t *v)
{
    const fields *set = NULL;
    bool same;

    return typed_read_fields(mem, &schema_core_v1_Pod, v, &set, &same) < 0 ? NULL : set;
}

static void check_written(pool *mem, const json_t *v, const fields *set)
{
    const fields *again = NULL, *ignored;
    bool failed = false, same = false, was_same;
    json_t *out = fields_json(set, &failed);

    if (failed || !out || typed_read_fields(mem, &schema_core_v1_Pod, out, &again, &same) < 0 || !same)
        abort();
    if (!fields_equal(set, again))
        abort();
    if (typed_read_fields(mem, &schema_core_v1_Pod, v, &ignored, &was_same) < 0 || (was_same && !json_equal(out, v)))
        abort();
    json_decref(out);
}

static void check_sets(pool *mem, const fields *a, const fields *b)
{
    const fields *both = fields_union(mem, a, b), *common = fields_common(mem, a, b);

    if (!fields_equal(both, fields_union(mem, b, a)) || !fields_equal(common, fields_common(mem, b, a)))
        abort();
    if (fields_without(mem, a, both) || fields_without(mem, common, a))
        abort();
    if (!fields_equal(fields_union(mem, fields_without(mem, a, b), common), a))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *line = memchr(text, '\n', size);
    size_t first = line ? (size_t)(line - text) : size;
    json_t *a = json_loadb(text, first, 0, NULL), *b = line ? json_loadb(line, size - first, 0, NULL) : NULL;
    auto_pool mem = POOL_INIT;
    const fields *set_a = a ? read_set(&mem, a) : NULL, *set_b = b ? read_set(&mem, b) : NULL;

    if (set_a)
        check_written(&mem, a, set_a);
    if (set_a && set_b)
        check_sets(&mem, set_a, set_b);
    if (mem.failed)
        abort();
    json_decref(a);
    json_decref(b);
    return 0;
}
