#include "apiserver/crd/build.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"

#include "apiserver/limits.h"

#include <stdlib.h>
#include <string.h>

enum place { PLACE_ROOT, PLACE_INSIDE, PLACE_COMBINED /* allOf, anyOf, oneOf, not */ };

typedef struct builder {
    built_schema *out;
    bool failed, defaults;
    int depth;
} builder;

static const schema *make(builder *b, const json_t *doc, enum place place);

static const schema any_string = {.type = SCHEMA_STRING};
static const schema unknown = {.type =
                                   SCHEMA_ANY}; /* of additionalProperties: true, whose values are pruned to nothing */

static void *take(builder *b, size_t n, size_t size)
{
    void *p = b->failed ? NULL : arena_take(&b->out->mem, n * size);

    b->failed |= !p;
    if (p)
        memset(p, 0, n * size);
    return p;
}

static int64_t count_of(const json_t *doc, const char *name)
{
    const json_t *value = json_object_get(doc, name);

    return json_is_integer(value) ? json_integer_value(value) : RULE_NONE;
}

static rule_bound bound_of(const json_t *doc, const char *name, const char *exclusive)
{
    const json_t *value = json_object_get(doc, name);

    return (rule_bound){.set = json_is_number(value),
                        .exclusive = exclusive && doc_flag(doc, exclusive),
                        .value = json_number_value(value)};
}

static const regex *compile(builder *b, const char *pattern)
{
    built_schema *out = b->out;
    size_t cap = out->cap_regexes ? 2 * out->cap_regexes : 8;
    char *why = NULL;
    regex *re, **more;

    if (b->failed)
        return NULL;
    if (out->n_regexes == out->cap_regexes) {
        more = reallocarray(out->regexes, cap, sizeof(*more));
        if (!more) {
            b->failed = true;
            return NULL;
        }
        out->regexes = more;
        out->cap_regexes = cap;
    }
    re = regex_new(pattern, strlen(pattern), &why);
    free(why);
    if (re)
        out->regexes[out->n_regexes++] = re;
    return re;
}

static const char *const *strings(builder *b, const json_t *list)
{
    size_t n = json_array_size(list), used = 0, i;
    const char **out;
    json_t *one;

    if (n == 0)
        return NULL;
    out = take(b, n + 1, sizeof(*out));
    if (!out)
        return NULL;
    json_array_foreach((json_t *)list, i, one)
    {
        if (json_is_string(one))
            out[used++] = json_string_value(one);
    }
    return (const char *const *)out;
}

static rule_list combined(builder *b, const json_t *doc, const char *name)
{
    const json_t *list = json_object_get(doc, name);
    size_t n = json_array_size(list), i;
    const schema **out = n ? take(b, n, sizeof(*out)) : NULL;

    for (i = 0; out && i < n; i++)
        out[i] = make(b, json_array_get(list, i), PLACE_COMBINED);
    return (rule_list){(const schema *const *)out, out ? n : 0};
}

/* ---- the rules of one schema ---- */

static void read_text_rules(builder *b, const json_t *doc, schema_rules *r)
{
    r->format = format_find(doc_text(doc, "format"));
    if (r->format && r->format->pattern)
        r->format_re = compile(b, r->format->pattern);
    r->min_length = count_of(doc, "minLength");
    r->max_length = count_of(doc, "maxLength");
    if (*doc_text(doc, "pattern")) {
        r->pattern = doc_text(doc, "pattern");
        r->pattern_re = compile(b, r->pattern);
    }
}

static void read_bounds(const json_t *doc, schema_rules *r)
{
    r->minimum = bound_of(doc, "minimum", "exclusiveMinimum");
    r->maximum = bound_of(doc, "maximum", "exclusiveMaximum");
    r->multiple_of = bound_of(doc, "multipleOf", NULL);
    r->min_items = count_of(doc, "minItems");
    r->max_items = count_of(doc, "maxItems");
    r->min_properties = count_of(doc, "minProperties");
    r->max_properties = count_of(doc, "maxProperties");
}

static schema_rules *make_rules(builder *b, const json_t *doc)
{
    schema_rules *r = take(b, 1, sizeof(*r));
    const json_t *choices = json_object_get(doc, "enum"), *dflt = json_object_get(doc, "default");

    if (!r)
        return NULL;
    r->types = doc_flag(doc, "x-kubernetes-int-or-string") && !b->defaults ? "integer,string" : doc_text(doc, "type");
    read_text_rules(b, doc, r);
    read_bounds(doc, r);
    r->choices = json_array_size(choices) ? choices : NULL;
    r->dflt = json_is_null(dflt) ? NULL : dflt;
    r->required = strings(b, json_object_get(doc, "required"));
    r->all_of = combined(b, doc, "allOf");
    r->any_of = combined(b, doc, "anyOf");
    r->one_of = combined(b, doc, "oneOf");
    if (json_is_object(json_object_get(doc, "not")))
        r->not = make(b, json_object_get(doc, "not"), PLACE_COMBINED);
    r->closed = json_is_false(json_object_get(doc, "additionalProperties"));
    return r;
}

/* ---- its shape ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const schema_field *)a)->name, ((const schema_field *)b)->name);
}

static const char *default_text(builder *b, const json_t *doc)
{
    const json_t *dflt = json_object_get(doc, "default");
    char *text, *copy = NULL;

    if (!dflt || json_is_null(dflt))
        return NULL;
    text = json_dumps(dflt, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text)
        copy = arena_strndup(&b->out->mem, text, strlen(text));
    free(text);
    b->failed |= !copy;
    return copy;
}

static bool is_required(const json_t *doc, const char *name)
{
    const json_t *list = json_object_get(doc, "required");
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), name) == 0)
            return true;
    }
    return false;
}

/* The fields that each resource has, whether or not the CRD names them. */
static size_t add_implied(const json_t *properties, schema_field *fields, size_t n)
{
    if (!json_object_get(properties, "apiVersion"))
        fields[n++] = (schema_field){.name = "apiVersion", .type = &any_string};
    if (!json_object_get(properties, "kind"))
        fields[n++] = (schema_field){.name = "kind", .type = &any_string};
    if (!json_object_get(properties, "metadata"))
        fields[n++] = (schema_field){.name = "metadata", .type = &SCHEMA_OBJECT_META};
    return n;
}

static void make_fields(builder *b, const json_t *doc, bool resource, schema *s, schema_rules *r)
{
    const json_t *properties = json_object_get(doc, "properties");
    size_t room = json_object_size(properties) + (resource ? 3 : 0), n = 0;
    schema_field *fields = room ? take(b, room, sizeof(*fields)) : NULL;
    const char *name;
    json_t *property;

    if (!fields)
        return;
    json_object_foreach((json_t *)properties, name, property)
    {
        schema_field *f = &fields[n++];
        f->name = name;
        f->type = make(b, property, PLACE_INSIDE);
        f->dflt = default_text(b, property);
        f->required = is_required(doc, name);
        if (!resource || strcmp(name, "metadata") != 0)
            continue;
        r->metadata = f->type;
        f->type = &SCHEMA_OBJECT_META;
    }
    s->n = resource ? add_implied(properties, fields, n) : n;
    s->fields = fields;
    qsort(fields, s->n, sizeof(*fields), by_name);
}

static enum schema_type type_of(const json_t *doc)
{
    static const struct {
        const char *name;
        enum schema_type type;
    } types[] = {{"object", SCHEMA_OBJECT},   {"array", SCHEMA_LIST},    {"string", SCHEMA_STRING},
                 {"integer", SCHEMA_INTEGER}, {"number", SCHEMA_NUMBER}, {"boolean", SCHEMA_BOOLEAN}};
    size_t i;

    if (doc_flag(doc, "x-kubernetes-int-or-string"))
        return SCHEMA_INT_OR_STRING;
    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(doc_text(doc, "type"), types[i].name) == 0)
            return types[i].type;
    }
    return SCHEMA_ANY;
}

static enum schema_topology topology_of(const json_t *doc)
{
    const char *list = doc_text(doc, "x-kubernetes-list-type"), *map = doc_text(doc, "x-kubernetes-map-type");

    if (strcmp(list, "set") == 0)
        return TOPOLOGY_SET;
    if (strcmp(list, "map") == 0)
        return TOPOLOGY_MAP;
    return strcmp(list, "atomic") == 0 || strcmp(map, "atomic") == 0 ? TOPOLOGY_ATOMIC : TOPOLOGY_DEFAULT;
}

static void make_items(builder *b, const json_t *doc, schema *s, schema_rules *r, enum place place)
{
    const json_t *items = json_object_get(doc, "items"), *more = json_object_get(doc, "additionalProperties");
    enum place inside = place == PLACE_COMBINED ? PLACE_COMBINED : PLACE_INSIDE;

    if (json_is_object(items) && s->type != SCHEMA_OBJECT)
        s->items = make(b, items, inside);
    r->keyed = json_is_object(more) || json_is_boolean(more);
    if (json_is_object(more))
        s->items = make(b, more, inside);
    else if (json_is_boolean(more))
        s->items = &unknown;
    if (s->type == SCHEMA_OBJECT && s->items && s->n == 0)
        s->type = SCHEMA_MAP;
}

static const schema *make(builder *b, const json_t *doc, enum place place)
{
    schema *s = take(b, 1, sizeof(*s));
    schema_rules *rules = s ? make_rules(b, doc) : NULL;

    if (!rules)
        return &unknown;
    if (++b->depth > LIMIT_DEPTH) {
        b->depth--;
        return &unknown;
    }
    s->type = type_of(doc);
    s->topology = topology_of(doc);
    s->format = *doc_text(doc, "format") ? doc_text(doc, "format") : NULL;
    s->description = *doc_text(doc, "description") ? doc_text(doc, "description") : NULL;
    s->keys = strings(b, json_object_get(doc, "x-kubernetes-list-map-keys"));
    s->preserve_unknown = doc_flag(doc, "x-kubernetes-preserve-unknown-fields");
    s->embedded = doc_flag(doc, "x-kubernetes-embedded-resource");
    s->nullable = doc_flag(doc, "nullable");
    s->rules = rules;
    make_fields(b, doc, place == PLACE_ROOT || s->embedded, s, rules);
    make_items(b, doc, s, rules, place);
    b->depth--;
    return s;
}

static int build(const json_t *openapi, bool defaults, built_schema *ret)
{
    builder b = {.out = ret, .defaults = defaults};

    *ret = (built_schema){.root = &SCHEMA_ANYTHING};
    ret->doc = openapi ? json_clone(openapi) : json_pack("{s:b}", "x-kubernetes-preserve-unknown-fields", 1);
    if (ret->doc)
        ret->root = make(&b, ret->doc, PLACE_ROOT);
    if (ret->doc && !b.failed)
        return 0;
    built_schema_clear(ret);
    return -1;
}

int build_schema(const json_t *openapi, built_schema *ret)
{
    return build(openapi, false, ret);
}

int build_schema_of_defaults(const json_t *openapi, built_schema *ret)
{
    return build(openapi, true, ret);
}

void built_schema_clear(built_schema *b)
{
    size_t i;

    for (i = 0; i < b->n_regexes; i++)
        regex_free(b->regexes[i]);
    free(b->regexes);
    json_decref(b->doc);
    arena_clear(&b->mem);
    *b = (built_schema){0};
}
