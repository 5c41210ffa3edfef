/* A document on the first line, a patch on the second, as each type of patch: arguments are left alone, the same comes out twice, a merge
 * patch is done when it is done, and what comes out is a document. */
#include "apiserver/json_put.h"
#include "apiserver/kinds/schemas.h"
#include "apiserver/patch/patch.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int apply_fn(const json_t *doc, const json_t *patch, json_t **ret, failure *why);

static int as_json(const json_t *doc, const json_t *patch, json_t **ret, failure *why)
{
    json_t *strict = json_array();
    int r = patch_json(doc, patch, strict, ret, why);

    json_decref(strict);
    return r;
}

static int as_merge(const json_t *doc, const json_t *patch, json_t **ret, failure *why)
{
    return patch_merge(doc, patch, true, ret, why);
}

static int as_strategic(const json_t *doc, const json_t *patch, json_t **ret, failure *why)
{
    json_t *rest = NULL;
    int r = patch_strategic(doc, patch, &schema_core_v1_Pod, ret, &rest, why);

    json_decref(rest);
    return r;
}

static char *text_of(const json_t *v)
{
    return json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
}

static json_t *apply(apply_fn *fn, const json_t *doc, const json_t *patch)
{
    auto_failure why = {0};
    json_t *out = NULL;

    if (fn(doc, patch, &out, &why) == 0) {
        if (!out)
            abort();
        return out;
    }
    if (out || why.code < 400)
        abort();
    return NULL;
}

static void check(apply_fn *fn, const json_t *doc, const json_t *patch, bool idempotent)
{
    char *doc_before = text_of(doc), *patch_before = text_of(patch), *doc_after, *patch_after;
    json_t *once = apply(fn, doc, patch), *again = apply(fn, doc, patch), *twice = NULL;

    if ((once != NULL) != (again != NULL) || (once && !json_equal(once, again)))
        abort();
    if (once && idempotent) {
        twice = apply(fn, once, patch);
        if (!twice || !json_equal(once, twice))
            abort();
    }
    doc_after = text_of(doc);
    patch_after = text_of(patch);
    if (strcmp(doc_before, doc_after) != 0 || strcmp(patch_before, patch_after) != 0)
        abort();
    free(doc_before);
    free(doc_after);
    free(patch_before);
    free(patch_after);
    json_decref(once);
    json_decref(again);
    json_decref(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *line = memchr(text, '\n', size);
    size_t first = line ? (size_t)(line - text) : 0;
    json_t *doc = json_loadb(text, first, 0, NULL), *patch = NULL;

    if (line)
        patch = json_loadb(line, size - first, JSON_DECODE_ANY, NULL);
    if (json_is_object(doc) && patch) {
        check(as_json, doc, patch, false);
        check(as_merge, doc, patch, true);
        check(as_strategic, doc, patch, false);
    }
    json_decref(doc);
    json_decref(patch);
    return 0;
}
