#include "marker_apply.h"

#include "marker.h"
#include "names.h"
#include "value.h"

#include <ctype.h>
#include <string.h>

static void complain(const marker_job *j, const char *what)
{
    problem(j->project, j->file, j->line, "+opsdk:%s %s", j->name, what);
}

static const char *text_of(json_t *value)
{
    return json_string_value(value);
}

static const char *text_at(json_t *value, const char *name)
{
    return json_string_value(json_object_get(value, name));
}

static bool is_in(const char *text, const char *const words[])
{
    while (*words && strcmp(*words, text) != 0)
        words++;
    return *words != NULL;
}

/* Sets a member once. */
static void set(marker_job *j, json_t *map, const char *name, json_t *value)
{
    if (json_object_get(map, name))
        complain(j, "is given twice");
    else
        json_object_set(map, name, value);
}

static json_t *list_at(json_t *map, const char *name)
{
    if (!json_object_get(map, name))
        json_object_set_new(map, name, json_array());
    return json_object_get(map, name);
}

/* ---- the file ---- */

void apply_group(marker_job *j, json_t *value)
{
    const char *why = names_check_group(text_of(value));

    if (why)
        problem(j->project, j->file, j->line, "group \"%s\" %s", text_of(value), why);
    j->unit->group = text_of(value);
}

void apply_version(marker_job *j, json_t *value)
{
    const char *why = names_check_version(text_of(value));

    if (why)
        problem(j->project, j->file, j->line, "version \"%s\" %s", text_of(value), why);
    j->unit->version = text_of(value);
}

void apply_skip(marker_job *j, json_t *value)
{
    (void)value;
    j->unit->skip = true;
}

static void add_right(project *p, right one, json_t *names)
{
    size_t n = json_array_size(names);

    for (size_t i = 0; i < (n > 0 ? n : 1); i++) {
        one.name = n > 0 ? json_string_value(json_array_get(names, i)) : NULL;
        *pool_add(p->pool, p->rights, p->n_rights) = one;
    }
}

void apply_rbac(marker_job *j, json_t *value)
{
    json_t *groups = json_object_get(value, "groups"), *resources = json_object_get(value, "resources"),
           *urls = json_object_get(value, "urls"), *verbs = json_object_get(value, "verbs"),
           *names = json_object_get(value, "resourceNames"), *g, *r, *v, *u;
    size_t i, k, m;

    if (!urls == !resources || (resources && !groups)) {
        complain(j, "needs groups= and resources=, or urls=");
        return;
    }
    json_array_foreach(verbs, i, v)
    {
        json_array_foreach(urls, k, u) add_right(j->project, (right){.url = text_of(u), .verb = text_of(v)}, NULL);
        json_array_foreach(groups, k, g)
        {
            json_array_foreach(resources, m, r)
                add_right(j->project, (right){.group = text_of(g), .resource = text_of(r), .verb = text_of(v)}, names);
        }
    }
}

void apply_operator(marker_job *j, json_t *value)
{
    static const char *const scopes[] = {"Namespaced", "Cluster", NULL};
    const char *scope = text_at(value, "scope"), *why = names_check_resource(text_at(value, "name"));

    if (j->project->name && strcmp(j->project->name, text_at(value, "name")) != 0)
        problem(j->project, j->file, j->line, "+opsdk:operator is given twice: also in %s:%d", j->project->name_file,
                j->project->name_line);
    if (why)
        problem(j->project, j->file, j->line, "operator \"%s\" %s", text_at(value, "name"), why);
    if (scope && !is_in(scope, scopes))
        complain(j, "knows scope=Namespaced and scope=Cluster");
    j->project->name = text_at(value, "name");
    j->project->ns = text_at(value, "namespace");
    j->project->cluster_scope = scope && strcmp(scope, "Cluster") == 0;
    j->project->name_file = j->file;
    j->project->name_line = j->line;
}

/* ---- the kind ---- */

static void check_resource(marker_job *j, const char *name)
{
    const char *why = name ? names_check_resource(name) : NULL;

    if (why)
        problem(j->project, j->file, j->line, "resource name \"%s\" %s", name, why);
}

void apply_resource(marker_job *j, json_t *value)
{
    static const char *const scopes[] = {"Namespaced", "Cluster", NULL};
    json_t *brief = json_object_get(value, "shortNames"), *name;
    const char *scope = text_at(value, "scope"), *plural = text_at(value, "plural");
    size_t i;

    if (scope && !is_in(scope, scopes))
        complain(j, "knows scope=Namespaced and scope=Cluster");
    check_resource(j, text_at(value, "singular"));
    json_array_foreach(brief, i, name) check_resource(j, text_of(name));
    j->kind->plural = plural ? plural : j->kind->plural;
    j->kind->singular = text_at(value, "singular") ? text_at(value, "singular") : j->kind->singular;
    j->kind->cluster_scoped = scope ? strcmp(scope, "Cluster") == 0 : j->kind->cluster_scoped;
    if (brief)
        set(j, j->kind->names, "shortNames", brief);
    if (json_object_get(value, "categories"))
        set(j, j->kind->names, "categories", json_object_get(value, "categories"));
}

void apply_subresource(marker_job *j, json_t *value)
{
    json_t *version = j->kind->version;

    if (!json_object_get(version, "subresources"))
        json_object_set_new(version, "subresources", json_object());
    if (json_is_true(value))
        value = pool_json(j->project->pool, json_object());
    set(j, json_object_get(version, "subresources"), j->keyword, value);
}

void apply_version_item(marker_job *j, json_t *value)
{
    static const char *const types[] = {"integer", "number", "string", "boolean", "date", NULL};

    if (text_at(value, "type") && !is_in(text_at(value, "type"), types))
        complain(j, "knows type=integer, number, string, boolean and date");
    if (*text_at(value, "jsonPath") != '.')
        complain(j, "needs a JSONPath that begins with a dot");
    json_array_append(list_at(j->kind->version, j->keyword), value);
}

void apply_version_flag(marker_job *j, json_t *value)
{
    set(j, j->kind->version, j->keyword, value);
}

void apply_deprecated(marker_job *j, json_t *value)
{
    json_t *warning = json_object_get(value, "warning");

    set(j, j->kind->version, "deprecated", pool_json(j->project->pool, json_true()));
    if (warning)
        json_object_set(j->kind->version, "deprecationWarning", warning);
}

void apply_metadata(marker_job *j, json_t *value)
{
    const char *name;
    json_t *list, *item;
    size_t i;

    json_object_foreach(value, name, list)
    {
        if (!json_object_get(j->kind->metadata, name))
            json_object_set_new(j->kind->metadata, name, json_object());
        json_array_foreach(list, i, item)
        {
            const char *equals = strchr(text_of(item), '=');
            if (!equals || equals == text_of(item)) {
                complain(j, "takes key=value;...");
                continue;
            }
            set(j, json_object_get(j->kind->metadata, name),
                pool_text(j->project->pool, text_of(item), (size_t)(equals - text_of(item))),
                pool_json(j->project->pool, json_string(equals + 1)));
        }
    }
}

/* ---- fields, typedefs, structs ---- */

void apply_name(marker_job *j, json_t *value)
{
    if (!*text_of(value))
        complain(j, "needs a name");
    j->field->name = text_of(value);
}

void apply_optional(marker_job *j, json_t *value)
{
    (void)value;
    if (j->field->demand != DEMAND_BY_TYPE)
        complain(j, "is given twice, or beside its opposite");
    j->field->demand = DEMAND_OPTIONAL;
}

void apply_required(marker_job *j, json_t *value)
{
    (void)value;
    if (j->field->demand != DEMAND_BY_TYPE)
        complain(j, "is given twice, or beside its opposite");
    j->field->demand = DEMAND_REQUIRED;
}

void apply_nullable(marker_job *j, json_t *value)
{
    if (type_is_plain(j->outer))
        complain(j, "does not fit a plain type, which cannot be null: use OPSDK_OPTIONAL");
    apply_fact(j, value);
}

void apply_fact(marker_job *j, json_t *value)
{
    set(j, marker_facts(j->project, j->facts), j->keyword, value);
}

/* A whole object is a map, also where nothing else is known of it. */
void apply_embedded(marker_job *j, json_t *value)
{
    if (j->type->shape == OPSDK_SHAPE_JSON)
        json_object_set_new(marker_facts(j->project, j->facts), "type", json_string("object"));
    apply_fact(j, value);
}

static json_t *fit(marker_job *j, const type *t, const char *text)
{
    json_t *value;
    bool ok;

    if (t->shape == OPSDK_SHAPE_STRING)
        return pool_json(j->project->pool, json_string(value_text(j->project->pool, text)));
    value = value_any(j->project->pool, text);
    switch (t->shape) {
    case OPSDK_SHAPE_BOOL:
        ok = json_is_boolean(value);
        break;
    case OPSDK_SHAPE_INT32:
    case OPSDK_SHAPE_INT64:
        ok = json_is_integer(value);
        break;
    case OPSDK_SHAPE_DOUBLE:
        ok = json_is_number(value);
        break;
    case OPSDK_SHAPE_INT_OR_STRING:
        ok = json_is_integer(value) || json_is_string(value);
        break;
    case OPSDK_SHAPE_LIST:
        ok = json_is_array(value);
        break;
    case OPSDK_SHAPE_JSON:
        ok = value != NULL;
        break;
    default:
        ok = json_is_object(value);
    }
    return ok ? value : NULL;
}

json_t *marker_fitting(marker_job *j, const char *text)
{
    json_t *value = fit(j, j->type, text);

    if (!value)
        problem(j->project, j->file, j->line, "+opsdk:%s=%s is no value of this type", j->name, text);
    return value;
}

void apply_enum(marker_job *j, json_t *value)
{
    json_t *list = pool_json(j->project->pool, json_array()), *item;
    size_t i;

    json_array_foreach(value, i, item)
    {
        json_t *fits = fit(j, j->type, text_of(item));
        if (fits)
            json_array_append(list, fits);
        else
            problem(j->project, j->file, j->line, "+opsdk:%s: %s is no value of this type", j->name, text_of(item));
    }
    if (json_array_size(value) == 0)
        complain(j, "needs values");
    set(j, marker_facts(j->project, j->facts), j->keyword, list);
}

void apply_rule(marker_job *j, json_t *value)
{
    json_array_append(list_at(marker_facts(j->project, j->facts), "x-kubernetes-validations"), value);
}

static bool is_plain_name(const char *name)
{
    for (const char *c = name; *c; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    }
    return *name && !isdigit((unsigned char)*name);
}

void apply_one_of(marker_job *j, json_t *value)
{
    const char *how = strcmp(j->keyword, "== 1") == 0   ? "exactly"
                      : strcmp(j->keyword, "<= 1") == 0 ? "at most"
                                                        : "at least";
    char *has = pool_text(j->project->pool, "", 0), *names = has;
    json_t *item;
    size_t i;

    json_array_foreach(value, i, item)
    {
        if (!is_plain_name(text_of(item)))
            complain(j, "takes names of letters and digits");
        has = pool_format(j->project->pool, "%s%shas(self.%s)", has, i > 0 ? "," : "", text_of(item));
        names = pool_format(j->project->pool, "%s%s%s", names, i > 0 ? ", " : "", text_of(item));
    }
    apply_rule(j,
               pool_json(j->project->pool, json_pack("{s:o, s:o}", "rule",
                                                     json_sprintf("[%s].filter(x,x==true).size() %s", has, j->keyword),
                                                     "message", json_sprintf("%s one of %s must be set", how, names))));
}

void apply_type(marker_job *j, json_t *value)
{
    if (strcmp(text_of(value), "object") != 0)
        complain(j, "knows only object; for the rest there are types of C");
    apply_fact(j, value);
}

void apply_list_type(marker_job *j, json_t *value)
{
    static const char *const types[] = {"atomic", "set", "map", NULL};

    if (!is_in(text_of(value), types))
        complain(j, "is atomic, set or map");
    apply_fact(j, value);
}

void apply_map_key(marker_job *j, json_t *value)
{
    json_array_append(list_at(marker_facts(j->project, j->facts), j->keyword), value);
}

void apply_map_type(marker_job *j, json_t *value)
{
    static const char *const types[] = {"atomic", "granular", NULL};

    if (!is_in(text_of(value), types))
        complain(j, "is granular or atomic");
    apply_fact(j, value);
}

void marker_merge_items(marker_job *j)
{
    json_t *own = marker_facts(j->project, j->own);

    if (!json_object_get(own, "items"))
        json_object_set_new(own, "items", json_object());
    json_object_update(json_object_get(own, "items"), j->items);
}
