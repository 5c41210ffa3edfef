/* The rules of a CRD's schema against a value, as k8s.io/kube-openapi/pkg/validation/validate checks them: in its order, with its
 * words, and with its way to choose among the failures of alternatives. */
#include "apiserver/schema/validate.h"
#include "apiserver/schema/decode.h"
#include "apiserver/schema/findings.h"
#include "apiserver/schema/ratchet.h"

#include <string.h>

const schema *rules_child(const schema *s, const char *name)
{
    const schema_field *f = schema_field_of(s, name);

    if (f && f->type == &SCHEMA_OBJECT_META && s->rules)
        return s->rules->metadata;
    return f ? f->type : s->rules && s->rules->keyed ? s->items : NULL;
}

/* ---- type ---- */

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "number";
    case JSON_NULL:
        return "null";
    default:
        return "boolean";
    }
}

/* types is one name or "integer,string". */
static bool has_type(const char *types, const char *name)
{
    const char *at = strstr(types, name);

    return at && (at == types || at[-1] == ',');
}

static void add_type(checker *c, findings *f, const char *want, const char *got)
{
    findings_add(&c->room, f, FINDING_TYPE, json_string(got), "%s in body must be of type %s: \"%s\"",
                 path_now(&c->room), want, got);
}

/* A format makes the server look for a type of that name first; numbers and booleans then fail under the format's name. */
static bool fails_format(const schema *s, const json_t *value)
{
    const char *types = s->rules->types;

    if (!s->rules->format || json_is_string(value) || json_is_array(value))
        return false;
    if (has_type(types, type_name(value)))
        return false;
    return !(json_is_real(value) && has_type(types, "integer") && number_is_whole(json_real_value(value))) &&
           !(json_is_integer(value) && has_type(types, "number"));
}

static void check_type(checker *c, const schema *s, const json_t *value, findings *f)
{
    const char *types = s->rules->types, *got = type_name(value);
    bool numeric = has_type(types, "number") || has_type(types, "integer");

    if (!*types && !s->rules->format)
        return;
    f->matches++;
    if (fails_format(s, value)) {
        add_type(c, f, s->format, json_is_integer(value) ? "int64" : json_is_real(value) ? "float64" : "");
        return;
    }
    if (!numeric && s->rules->format && (json_is_string(value) || json_is_array(value))) {
        f->matches++;
        return;
    }
    if (has_type(types, got) || (json_is_integer(value) && has_type(types, "number")) ||
        (json_is_real(value) && has_type(types, "integer") && number_is_whole(json_real_value(value))))
        f->matches++;
    else
        add_type(c, f, types, got);
}

static void check_null(checker *c, const schema *s, findings *f)
{
    if (*s->rules->types && !s->nullable)
        add_type(c, f, s->rules->types, "null");
    else
        f->matches++;
    if (s->rules->choices)
        check_choice(c, s->rules, json_null(), f);
}

/* ---- combinators: below them the server compares with nothing ---- */

static const ratchet no_ratchet;

static void check(checker *c, const schema *s, const json_t *value, const ratchet *old, findings *f);

static void check_any(checker *c, const rule_list *any, const json_t *value, findings *f)
{
    findings best = {0};
    bool found = false;

    for (size_t i = 0; i < any->n && !found; i++) {
        findings one = {0};
        check(c, any->list[i], value, &no_ratchet, &one);
        found = one.n == 0;
        if (found || i == 0 || one.matches > best.matches) {
            findings swap = best;
            best = one;
            one = swap;
        }
        findings_clear(&one);
    }
    if (!found)
        findings_add(&c->room, f, FINDING_COMBINED, NULL, "\"%s\" must validate at least one schema (anyOf)",
                     path_now(&c->room));
    findings_merge(&c->room, f, &best);
}

static void check_one(checker *c, const rule_list *list, const json_t *value, findings *f)
{
    findings best = {0};
    size_t valid = 0;

    for (size_t i = 0; i < list->n; i++) {
        findings one = {0};
        bool ok, better;
        check(c, list->list[i], value, &no_ratchet, &one);
        ok = one.n == 0;
        better = ok ? valid == 0 : valid == 0 && (i == 0 || one.matches > best.matches);
        valid += ok;
        if (better) {
            findings swap = best;
            best = one;
            one = swap;
        }
        findings_clear(&one);
    }
    if (valid == 0)
        findings_add(&c->room, f, FINDING_COMBINED, NULL,
                     "\"%s\" must validate one and only one schema (oneOf). Found none valid", path_now(&c->room));
    else if (valid > 1)
        findings_add(&c->room, f, FINDING_COMBINED, NULL,
                     "\"%s\" must validate one and only one schema (oneOf). Found %zu valid alternatives",
                     path_now(&c->room), valid);
    if (valid > 1)
        findings_clear(&best);
    findings_merge(&c->room, f, &best);
}

static void check_all(checker *c, const rule_list *all, const json_t *value, findings *f)
{
    size_t valid = 0;

    for (size_t i = 0; i < all->n; i++) {
        findings one = {0};
        check(c, all->list[i], value, &no_ratchet, &one);
        valid += one.n == 0;
        findings_merge(&c->room, f, &one);
    }
    if (valid < all->n)
        findings_add(&c->room, f, FINDING_COMBINED, NULL, "\"%s\" must validate all the schemas (allOf)%s",
                     path_now(&c->room), valid == 0 ? ". None validated" : "");
}

static void check_not(checker *c, const schema * not, const json_t *value, findings *f)
{
    findings one = {0};

    check(c, not, value, &no_ratchet, &one);
    if (one.n == 0)
        findings_add(&c->room, f, FINDING_COMBINED, NULL, "\"%s\" must not validate the schema (not)",
                     path_now(&c->room));
    findings_clear(&one);
}

static void check_combined(checker *c, const schema_rules *r, const json_t *value, findings *f)
{
    if (r->any_of.n)
        check_any(c, &r->any_of, value, f);
    if (r->one_of.n)
        check_one(c, &r->one_of, value, f);
    if (r->all_of.n)
        check_all(c, &r->all_of, value, f);
    if (r->not )
        check_not(c, r->not, value, f);
    f->matches += 2;
}

/* ---- lists and maps ---- */

static void check_list(checker *c, const schema *s, const json_t *list, const ratchet *old, findings *f)
{
    const schema_rules *r = s->rules;
    int64_t n = (int64_t)json_array_size(list);
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        ratchet item;
        size_t back;
        if (!s->items || r->keyed)
            break;
        item = ratchet_item(old, i);
        back = path_item(&c->room, i);
        check(c, s->items, one, &item, f);
        path_back(&c->room, back);
    }
    if (r->min_items != RULE_NONE && n < r->min_items)
        findings_add(&c->room, f, FINDING_INVALID, json_integer(n), "%s in body should have at least %lld items",
                     path_now(&c->room), (long long)r->min_items);
    if (r->max_items != RULE_NONE && n > r->max_items)
        add_too_many(c, f, n, r->max_items, "items");
    f->matches += 2;
}

static void check_member(checker *c, const schema *s, const char *name, const json_t *value, const ratchet *old,
                         bool extra, findings *f)
{
    /* apiVersion and kind are the request's, not what is stored: always checked */
    bool is_kind = c->room.path.len == 0 && (strcmp(name, "apiVersion") == 0 || strcmp(name, "kind") == 0);
    ratchet member = is_kind ? (ratchet){0} : ratchet_member(old, name);
    size_t back = path_member(&c->room, name, extra);

    check(c, s, value, &member, f);
    path_back(&c->room, back);
}

static void check_counts(checker *c, const schema_rules *r, int64_t n, findings *f)
{
    if (r->min_properties != RULE_NONE && n < r->min_properties)
        findings_add(&c->room, f, FINDING_INVALID, json_integer(n), "%s in body should have at least %lld properties",
                     path_now(&c->room), (long long)r->min_properties);
    if (r->max_properties != RULE_NONE && n > r->max_properties)
        add_too_many(c, f, n, r->max_properties, "properties");
}

static bool is_described(const schema *s, const char *name)
{
    const schema_field *f = schema_field_of(s, name);

    return f && (f->type->rules || (f->type == &SCHEMA_OBJECT_META && s->rules->metadata));
}

static void check_extra(checker *c, const schema *s, const json_t *map, const ratchet *old, findings *f)
{
    const char *name;
    json_t *value;

    if (!s->rules->keyed)
        return;
    json_object_foreach((json_t *)map, name, value)
    {
        if (is_described(s, name))
            continue;
        if (s->rules->closed)
            findings_add(&c->room, f, FINDING_INVALID, json_string(name), "%s.%s in body is a forbidden property",
                         path_now(&c->room), name);
        else if (s->items && s->items->rules)
            check_member(c, s->items, name, value, old, true, f);
    }
}

static void check_required(checker *c, const schema_rules *r, const json_t *map, findings *f)
{
    for (const char *const *name = r->required; name && *name; name++) {
        size_t back;
        if (json_object_get(map, *name))
            continue;
        back = path_member(&c->room, *name, true);
        findings_add(&c->room, f, FINDING_REQUIRED, NULL, "%s in body is required", path_now(&c->room));
        path_back(&c->room, back);
    }
}

static void check_map(checker *c, const schema *s, const json_t *map, const ratchet *old, findings *f)
{
    check_counts(c, s->rules, (int64_t)json_object_size(map), f);
    check_extra(c, s, map, old, f);
    for (size_t i = 0; i < s->n; i++) {
        const schema *child = rules_child(s, s->fields[i].name);
        const json_t *value = json_object_get(map, s->fields[i].name);
        if (value && child && child->rules)
            check_member(c, child, s->fields[i].name, value, old, false, f);
    }
    check_required(c, s->rules, map, f);
    f->matches++;
}

/* ---- all of it ---- */

static void check_value(checker *c, const schema *s, const json_t *value, const ratchet *old, findings *f)
{
    const schema_rules *r = s->rules;

    check_type(c, s, value, f);
    check_combined(c, r, value, f);
    if (json_is_string(value))
        check_text(c, s, value, f);
    if (json_is_number(value))
        check_number(c, r, value, f);
    if (json_is_array(value))
        check_list(c, s, value, old, f);
    if (r->choices)
        check_choice(c, r, value, f);
    f->matches++;
    if (json_is_object(value))
        check_map(c, s, value, old, f);
    f->matches++;
}

/* What was as bad before stays allowed. */
static void check(checker *c, const schema *s, const json_t *value, const ratchet *old, findings *f)
{
    size_t before = f->n;

    if (!s->rules || c->room.failed)
        return;
    if (json_is_null(value))
        check_null(c, s, f);
    else
        check_value(c, s, value, old, f);
    if (f->n > before && old->shape && ratchet_same(old))
        findings_cut(f, before);
}

void schema_validate(const schema *s, const json_t *value, const json_t *old, const char *path, field_errors *errors)
{
    checker c = {.room = {.path = BUF_INIT(LIMIT_OBJECT)}};
    ratchet before = {value, old, old ? s : NULL};
    findings f = {0};

    check(&c, s, value, &before, &f);
    findings_report(&f, path, errors);
    findings_clear(&f);
    if (c.room.failed)
        field_invalid(errors, path, NULL, "the embedded API server is out of memory");
    findings_room_clear(&c.room);
}
