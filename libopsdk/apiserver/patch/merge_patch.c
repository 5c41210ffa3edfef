#include "apiserver/go_print.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"
#include "apiserver/patch/patch.h"

/* The real server's library drops nulls also from the objects in a list that it takes over, which RFC 7386 does not ask for; but not where the
 * list takes an object's place. */
static void drop_nulls(json_t *v)
{
    const char *name;
    json_t *value;
    void *next;

    for (size_t i = 0; i < json_array_size(v); i++)
        drop_nulls(json_array_get(v, i));
    json_object_foreach_safe(v, next, name, value)
    {
        if (json_is_null(value))
            json_object_del(v, name);
        else
            drop_nulls(value);
    }
}

static json_t *taken_over(const json_t *current, const json_t *value)
{
    json_t *copy = json_clone(value);

    if (!json_is_object(current))
        drop_nulls(copy);
    return copy;
}

static int merge(json_t *doc, const json_t *patch, failure *why)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)patch, name, value)
    {
        json_t *current = json_object_get(doc, name);
        if (json_is_null(value)) {
            json_object_del(doc, name);
            continue;
        }
        if (json_is_object(current) && json_is_object(value)) {
            if (merge(current, value, why) < 0)
                return -1;
            continue;
        }
        if (json_object_set_new_nocheck(doc, name, taken_over(current, value)) < 0)
            return failure_memory(why);
    }
    return 0;
}

static int not_an_object(const json_t *patch, bool strict, failure *why)
{
    if (strict && !json_is_null(patch))
        return failure_bad_request(
            why, "error decoding patch: json: cannot unmarshal %s into Go value of type map[string]interface {}",
            go_kind(patch));
    if (!json_is_array(patch))
        return failure_bad_request(why, "Invalid JSON Patch");
    return patch_refuse(
        patch, false,
        "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct "
        "{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }",
        why);
}

int patch_merge(const json_t *doc, const json_t *patch, bool strict, json_t **ret, failure *why)
{
    json_t *merged;
    int r;

    if (!json_is_object(patch))
        return not_an_object(patch, strict, why);
    merged = json_clone(doc);
    if (!merged)
        return failure_memory(why);
    r = merge(merged, patch, why);
    if (r < 0)
        json_decref(merged);
    else
        *ret = merged;
    return r;
}

int patch_refuse(const json_t *value, bool strategic, const char *reason, failure *why)
{
    auto_field_errors errors = {NULL};
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);
    json_t *printed;

    if (strategic)
        go_show(&text, value);
    else
        go_json(&text, value);
    printed = text.failed || !text.data ? NULL : json_stringn(text.data, text.len);
    if (!printed)
        return failure_memory(why);
    field_invalid(&errors, "patch", printed, "%s", reason);
    json_decref(printed);
    return field_errors_result(&errors, "", "", "", why);
}
