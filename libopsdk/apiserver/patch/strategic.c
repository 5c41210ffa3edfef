#include "apiserver/patch/strategic.h"

#include "apiserver/go_print.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"
#include "apiserver/patch/patch.h"

#include <string.h>

#define RETAIN "$retainKeys"
#define DELETE_LIST "$deleteFromPrimitiveList"
#define ORDER "$setElementOrder"

bool is_text(const json_t *v, const char *text)
{
    return json_is_string(v) && strcmp(json_string_value(v), text) == 0;
}

int fail_arg(const char *expected, const json_t *actual, failure *why)
{
    return failure_set(why, 500, "", "expected a %s, but received a %s", expected,
                       json_is_null(actual) ? "%!s(<nil>)" : go_type(actual));
}

/* Two texts with a value in between, the second with two arguments at most. */
static int fail_value(const char *before, const json_t *value, const char *after, const char *last, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);

    go_show(&text, value);
    if (text.failed)
        return failure_memory(why);
    return failure_set(why, 500, "", "%s%s%s%s", before, text.data ? text.data : "", after, last);
}

int fail_key(const json_t *map, const char *key, failure *why)
{
    return fail_value("map: ", map, " does not contain declared merge key: ", key, why);
}

int fail_directive(const json_t *directive, const json_t *map, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);

    buf_puts(&text, "unknown patch type: ");
    if (json_is_string(directive))
        go_show(&text, directive);
    else if (json_is_null(directive))
        buf_puts(&text, "%!s(<nil>)");
    else {
        buf_printf(&text, "%%!s(%s=", go_type(directive));
        go_show(&text, directive);
        buf_addc(&text, ')');
    }
    buf_puts(&text, " in map: ");
    return text.failed ? failure_memory(why) : fail_value(text.data, map, "", "", why);
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* What follows "DIRECTIVE/"; NULL when the form is another. */
static const char *target(const char *name, const char *directive)
{
    return name[strlen(directive)] == '/' ? name + strlen(directive) + 1 : NULL;
}

/* ---- schema ---- */

static const char *go_name(const schema *s)
{
    const char *dot = s->name ? strrchr(s->name, '.') : NULL;

    return dot ? dot + 1 : s->name ? s->name : "";
}

/* Kind of the Go type, where it is no struct. */
static const char *go_kind_of(const schema *s)
{
    switch (s->type) {
    case SCHEMA_MAP:
        return "map";
    case SCHEMA_LIST:
    case SCHEMA_BYTES:
        return "slice";
    case SCHEMA_INTEGER:
        return s->format && strcmp(s->format, "int32") == 0 ? "int32" : "int64";
    case SCHEMA_NUMBER:
        return "float64";
    case SCHEMA_BOOLEAN:
        return "bool";
    default:
        return "string";
    }
}

static const schema_field *field_of(const schema *s, const char *name, failure *why)
{
    const schema_field *field;

    if (s->type != SCHEMA_OBJECT && s->type != SCHEMA_ANY) {
        failure_set(why, 500, "", "merging an object in json but data type is not struct, instead is: %s",
                    go_kind_of(s));
        return NULL;
    }
    field = schema_field_of(s, name);
    if (!field)
        failure_set(why, 500, "", "unable to find api field in struct %s for the json field \"%s\"", go_name(s), name);
    return field;
}

static int rule_of(const schema *s, const char *name, list_rule *ret, failure *why)
{
    const schema_field *field = field_of(s, name, why);

    if (!field)
        return -1;
    if (field->type->type != SCHEMA_LIST)
        return failure_set(why, 500, "", "expected slice or array type, but got: struct");
    if (field->type->items->type == SCHEMA_LIST)
        return failure_set(why, 500, "", "unexpected slice of slice");
    *ret = (list_rule){field->type->items, field->patch_key, field->patch & PATCH_MERGE};
    return 0;
}

/* ---- directives ---- */

json_t *strategic_plain(const json_t *v, failure *why)
{
    const char *name;
    json_t *value, *copy, *part;
    size_t i;

    if (json_object_get(v, DIRECTIVE))
        return NULL;
    if (!json_is_object(v) && !json_is_array(v))
        return json_clone(v);
    copy = json_is_object(v) ? json_object() : json_array();
    if (!copy)
        failure_memory(why);
    json_object_foreach((json_t *)v, name, value)
    {
        part = strategic_plain(value, why);
        if (part)
            json_object_set_new_nocheck(copy, name, part);
    }
    json_array_foreach((json_t *)v, i, value)
    {
        part = strategic_plain(value, why);
        if (part)
            json_array_append_new(copy, part);
    }
    return copy;
}

static void discard_nulls(json_t *v)
{
    const char *name;
    json_t *value;
    void *next;

    for (size_t i = 0; i < json_array_size(v); i++)
        discard_nulls(json_array_get(v, i));
    json_object_foreach_safe(v, next, name, value)
    {
        if (json_is_null(value))
            json_object_del(v, name);
        else
            discard_nulls(value);
    }
}

/* The strings of a list, as names of a map. */
static json_t *names_in(const json_t *list)
{
    json_t *names = json_object(), *item;
    size_t i;

    json_array_foreach((json_t *)list, i, item)
    {
        if (json_is_string(item))
            json_object_set_new_nocheck(names, json_string_value(item), json_true());
    }
    return names;
}

static bool all_retained(const json_t *patch, const json_t *names)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)patch, name, value)
    {
        if (!json_is_null(value) && !starts(name, DELETE_LIST) && !starts(name, ORDER) && !json_object_get(names, name))
            return false;
    }
    return true;
}

/* $retainKeys: all that is not named goes. */
static int retain_keys(json_t *original, json_t *patch, failure *why)
{
    json_t *keys = json_object_get(patch, RETAIN), *names, *value;
    const char *name;
    void *next;
    bool fine;

    if (!keys)
        return 0;
    fine = json_is_array(keys);
    names = names_in(keys);
    json_object_del(patch, RETAIN);
    fine = fine && all_retained(patch, names);
    if (fine) {
        json_object_foreach_safe(original, next, name, value)
        {
            if (!json_object_get(names, name))
                json_object_del(original, name);
        }
    }
    json_decref(names);
    return fine ? 0 : failure_bad_request(why, "invalid patch format of retainKeys");
}

/* What $setElementOrder/name is about. */
typedef struct ordering {
    const json_t *order, *have, *patch; /* have, patch: NULL when there is none */
    list_rule rule;
} ordering;

/* The list, once its patch is merged in; not yet ordered.  NULL: there is none, or *why. */
static json_t *ordered_list(const ordering *o, failure *why)
{
    if (o->have && o->patch)
        return o->rule.merge ? strategic_list(o->have, o->patch, &o->rule, false, why)
                             : json_incref((json_t *)o->patch);
    if (o->have)
        return json_incref((json_t *)o->have);
    return o->patch ? strategic_plain(o->patch, why) : NULL;
}

static json_t *home_of(const ordering *o, failure *why)
{
    if (o->have && o->patch && o->rule.merge && o->rule.key)
        return strategic_home(o->have, o->patch, o->rule.key, why);
    return o->have ? json_incref((json_t *)o->have) : json_array();
}

static json_t *in_order(const ordering *o, const json_t *list, failure *why)
{
    json_t *home, *sorted = NULL;

    if (strategic_one_type(o->have, o->patch, why) < 0)
        return NULL;
    home = home_of(o, why);
    if (home)
        sorted = strategic_order(list, o->order, home, o->rule.key, why);
    else
        failure_memory(why);
    json_decref(home);
    return sorted;
}

static int find_lists(ordering *o, const json_t *original, const json_t *patch, const char *name, const schema *s,
                      failure *why)
{
    if (!json_is_array(o->order))
        return fail_arg("[]interface {}", o->order, why);
    if (!name)
        return failure_bad_request(why, "invalid patch format of setElementOrder list");
    o->have = json_object_get(original, name);
    if (o->have && !json_is_array(o->have))
        return fail_arg("[]interface {}", o->have, why);
    o->patch = json_object_get(patch, name);
    if (o->patch && !json_is_array(o->patch))
        return fail_arg("[]interface {}", o->patch, why);
    if (rule_of(s, name, &o->rule, why) < 0)
        return -1;
    return strategic_check_order(o->patch, o->order, o->rule.key, why);
}

static int set_order(json_t *original, json_t *patch, const char *name, const json_t *order, const schema *s,
                     failure *why)
{
    ordering o = {.order = order};
    json_t *list, *sorted;

    if (find_lists(&o, original, patch, name, s, why) < 0)
        return -1;
    list = ordered_list(&o, why);
    if (!list)
        return why->code ? -1 : 0;
    sorted = in_order(&o, list, why);
    json_decref(list);
    if (!sorted)
        return -1;
    json_object_del(patch, name);
    return json_object_set_new_nocheck(original, name, sorted) < 0 ? failure_memory(why) : 0;
}

/* The first member that begins with $setElementOrder. */
static const char *next_order(json_t *patch)
{
    const char *name;
    json_t *value;

    json_object_foreach(patch, name, value)
    {
        if (starts(name, ORDER))
            return name;
    }
    return NULL;
}

static int set_orders(json_t *original, json_t *patch, const schema *s, failure *why)
{
    const char *name;
    int r = 0;

    for (name = next_order(patch); name && r == 0; name = r == 0 ? next_order(patch) : NULL) {
        json_t *order = json_incref(json_object_get(patch, name)), *kept = json_string_nocheck(name);
        json_object_del(patch, name); /* name goes with it */
        r = kept ? set_order(original, patch, target(json_string_value(kept), ORDER), order, s, why)
                 : failure_memory(why);
        json_decref(kept);
        json_decref(order);
    }
    return r;
}

/* ---- maps ---- */

static bool same_type(const json_t *a, const json_t *b)
{
    return json_typeof(a) == json_typeof(b) || (json_is_boolean(a) && json_is_boolean(b));
}

/* What the patch says stands alone. */
static int take(json_t *original, const char *name, json_t *value, failure *why)
{
    json_t *plain;

    discard_nulls(value);
    plain = strategic_plain(value, why);
    if (why->code)
        json_decref(plain);
    else if (!plain)
        json_object_del(original, name);
    else if (json_object_set_new_nocheck(original, name, plain) < 0)
        failure_memory(why);
    return why->code ? -1 : 0;
}

static json_t *merged_map(json_t *have, json_t *patch, const schema *s, const char *name, failure *why)
{
    const schema_field *field = field_of(s, name, why);

    if (!field)
        return NULL;
    if (field->patch & PATCH_REPLACE)
        return json_incref(patch);
    return strategic_map(have, patch, field->type, why);
}

static json_t *merged_list(const json_t *have, json_t *patch, const schema *s, const char *name, bool deletion,
                           failure *why)
{
    list_rule rule;

    if (rule_of(s, name, &rule, why) < 0)
        return NULL;
    if (!rule.merge && !deletion)
        return json_incref(patch);
    return strategic_list(have, patch, &rule, deletion, why);
}

static int merge_member(json_t *original, const char *name, json_t *value, const schema *s, bool deletion, failure *why)
{
    json_t *have = json_object_get(original, name), *merged;

    if (json_is_null(value)) {
        json_object_del(original, name);
        return 0;
    }
    if (!have || !same_type(have, value))
        return deletion ? 0 : take(original, name, value, why);
    if (json_is_object(value))
        merged = merged_map(have, value, s, name, why);
    else if (json_is_array(value))
        merged = merged_list(have, value, s, name, deletion, why);
    else
        merged = json_incref(value);
    if (!merged)
        return -1;
    return json_object_set_new_nocheck(original, name, merged) < 0 ? failure_memory(why) : 0;
}

static int merge_members(json_t *original, json_t *patch, const schema *s, failure *why)
{
    const char *name;
    json_t *value;

    json_object_foreach(patch, name, value)
    {
        bool deletion = starts(name, DELETE_LIST);
        const char *to = deletion ? target(name, DELETE_LIST) : name;
        if (!to)
            return failure_bad_request(why, "invalid patch format of primitive list");
        if (merge_member(original, *to ? to : name, value, s, deletion, why) < 0)
            return -1;
    }
    return 0;
}

static json_t *directed(json_t *patch, failure *why)
{
    const json_t *directive = json_object_get(patch, DIRECTIVE);

    if (is_text(directive, "replace")) {
        json_object_del(patch, DIRECTIVE);
        return json_incref(patch);
    }
    if (is_text(directive, "delete"))
        return json_object();
    fail_directive(directive, patch, why);
    return NULL;
}

json_t *strategic_map(json_t *original, json_t *patch, const schema *s, failure *why)
{
    if (json_object_get(patch, DIRECTIVE))
        return directed(patch, why);
    if (retain_keys(original, patch, why) < 0 || set_orders(original, patch, s, why) < 0 ||
        merge_members(original, patch, s, why) < 0)
        return NULL;
    return json_incref(original);
}

int patch_strategic(const json_t *doc, const json_t *patch, const schema *s, json_t **ret, json_t **ret_rest,
                    failure *why)
{
    json_t *original, *change, *merged;

    if (!json_is_object(patch) && !json_is_null(patch))
        return failure_bad_request(why, "json: cannot unmarshal %s into Go value of type map[string]interface {}",
                                   go_kind(patch));
    original = json_clone(doc);
    change = json_is_null(patch) ? json_object() : json_clone(patch);
    merged = original && change ? strategic_map(original, change, s, why) : NULL;
    json_decref(original);
    if (merged && ret_rest)
        *ret_rest = json_incref(change);
    json_decref(change);
    if (!merged)
        return failure_memory(why); /* unless something is told already */
    *ret = merged;
    return 0;
}
