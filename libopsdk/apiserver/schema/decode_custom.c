/* Custom resources, as the server's unstructured decoder and its coercion leave them: see decode.h. */
#include "apiserver/schema/custom.h"
#include "apiserver/schema/decode.h"
#include "apiserver/schema/strict.h"
#include "core/limits.h"

#include <stdlib.h>
#include <string.h>

size_t decode_settle_numbers(json_t *value)
{
    const char *name;
    json_t *one;
    size_t i, n = json_object_size(value);

    json_object_foreach(value, name, one)
    {
        double d = json_real_value(one);
        n += decode_settle_numbers(one);
        if (json_is_real(one) && d >= -9e15 && d <= 9e15 && d == (double)(json_int_t)d)
            json_object_set_new_nocheck(value, name, json_integer((json_int_t)d));
    }
    json_array_foreach(value, i, one)
    {
        double d = json_real_value(one);
        n += decode_settle_numbers(one);
        if (json_is_real(one) && d >= -9e15 && d <= 9e15 && d == (double)(json_int_t)d)
            json_array_set_new(value, i, json_integer((json_int_t)d));
    }
    return n;
}

static int refuse(const decode_opts *o, const char *reason, failure *why)
{
    return failure_bad_request(why, "%s in version \"%s\" cannot be handled as a %s: %s", o->kind, o->version, o->kind,
                               reason ? reason : "");
}

static int decode_metadata(json_t *doc, json_t *found, buf *error)
{
    json_t *meta = json_object_get(doc, "metadata");

    if (!meta)
        return 0;
    if (json_is_null(meta))
        return json_object_set_new(doc, "metadata", json_object());
    return decode_struct(&SCHEMA_OBJECT_META, meta, "metadata.", found, error);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* Paths that were pruned, in order, as what is told of them. */
static void add_unknown(json_t *found, const json_t *paths)
{
    size_t n = json_array_size(paths), i;
    const json_t **list = n ? calloc(n, sizeof(*list)) : NULL;

    for (i = 0; list && i < n; i++)
        list[i] = json_array_get(paths, i);
    if (list)
        qsort(list, n, sizeof(*list), by_text);
    for (i = 0; list && i < n; i++)
        json_array_append_new(found, json_sprintf("unknown field \"%s\"", json_string_value(list[i])));
    free(list);
}

static int coerce(const schema *s, json_t *doc, json_t *found, buf *error)
{
    auto_field_errors wrong = {0};
    const json_t *first;

    if (custom_coerce(s, doc, "", found, &wrong) == 0)
        return 0;
    first = json_array_get(wrong.list, 0);
    buf_printf(error, "%s: %s", json_string_value(json_object_get(first, "field")),
               json_string_value(json_object_get(first, "message")));
    return -1;
}

/* -1 with what is wrong in error. */
static int fit(const schema *s, json_t *doc, bool applied, json_t *found, buf *error)
{
    json_auto_t *paths = found ? json_array() : NULL;

    if (decode_metadata(doc, found, error) < 0)
        return -1;
    custom_prune(s, doc, true, paths);
    if (!applied)
        custom_prune_nulls(s, doc);
    if (found)
        add_unknown(found, paths);
    return coerce(s, doc, found, error);
}

static int report(const decode_opts *o, const json_t *found, failure *why)
{
    auto_buf all = BUF_INIT(LIMIT_OBJECT);
    size_t i;
    json_t *one;

    if (o->validation == VALIDATION_WARN && o->warnings)
        json_array_extend(o->warnings, (json_t *)found);
    if (o->validation != VALIDATION_STRICT || json_array_size(found) == 0)
        return 0;
    buf_puts(&all, "strict decoding error: ");
    json_array_foreach((json_t *)found, i, one) buf_printf(&all, "%s%s", i ? ", " : "", json_string_value(one));
    return all.failed ? failure_memory(why) : refuse(o, all.data, why);
}

int decode_custom(const schema *s, json_t *doc, const decode_opts *o, failure *why)
{
    json_auto_t *found = o->validation == VALIDATION_IGNORE ? NULL : json_array();
    auto_buf error = BUF_INIT(LIMIT_OBJECT);
    size_t members = decode_settle_numbers(doc);

    if (found && o->text && strict_members(o->text, o->len) != members) {
        strict twice = {0};
        strict_read(&twice, NULL, o->text, o->len);
        if (twice.list)
            json_array_extend(found, twice.list);
        strict_clear(&twice);
    }
    if (fit(s, doc, o->applied, found, &error) < 0)
        return error.failed ? failure_memory(why) : refuse(o, error.data, why);
    return report(o, found, why);
}
