#include "marker.h"

#include "marker_apply.h"
#include "names.h"
#include "value.h"

#include <string.h>

/* Shapes that a keyword fits. */
#define BIT(s) (1u << OPSDK_SHAPE_##s)
#define NUMBER (BIT(INT32) | BIT(INT64) | BIT(DOUBLE))
#define SCALAR (NUMBER | BIT(BOOL) | BIT(STRING) | BIT(INT_OR_STRING))
#define TREE (BIT(JSON) | BIT(STRUCT))
#define ANY (~0u)

static const marker_arg column_args[] = {{"name", "name", ARG_TEXT, true},
                                         {"type", "type", ARG_TEXT, true},
                                         {"JSONPath", "jsonPath", ARG_TEXT, true},
                                         {"description", "description", ARG_TEXT, false},
                                         {"format", "format", ARG_TEXT, false},
                                         {"priority", "priority", ARG_NUMBER, false},
                                         {0}};
static const marker_arg scale_args[] = {{"specpath", "specReplicasPath", ARG_TEXT, true},
                                        {"statuspath", "statusReplicasPath", ARG_TEXT, true},
                                        {"selectorpath", "labelSelectorPath", ARG_TEXT, false},
                                        {0}};
static const marker_arg resource_args[] = {
    {"path", "plural", ARG_TEXT, false},          {"singular", "singular", ARG_TEXT, false},
    {"shortName", "shortNames", ARG_LIST, false}, {"categories", "categories", ARG_LIST, false},
    {"scope", "scope", ARG_TEXT, false},          {0}};
static const marker_arg rule_args[] = {{"rule", "rule", ARG_TEXT, true},
                                       {"message", "message", ARG_TEXT, false},
                                       {"messageExpression", "messageExpression", ARG_TEXT, false},
                                       {"reason", "reason", ARG_TEXT, false},
                                       {"fieldPath", "fieldPath", ARG_TEXT, false},
                                       {"optionalOldSelf", "optionalOldSelf", ARG_BOOL, false},
                                       {0}};
static const marker_arg warning_args[] = {{"warning", "warning", ARG_TEXT, false}, {0}};
static const marker_arg path_args[] = {{"JSONPath", "jsonPath", ARG_TEXT, true}, {0}};
static const marker_arg metadata_args[] = {
    {"annotations", "annotations", ARG_LIST, false}, {"labels", "labels", ARG_LIST, false}, {0}};
static const marker_arg rbac_args[] = {{"groups", "groups", ARG_LIST, false},
                                       {"resources", "resources", ARG_LIST, false},
                                       {"resourceNames", "resourceNames", ARG_LIST, false},
                                       {"urls", "urls", ARG_LIST, false},
                                       {"verbs", "verbs", ARG_LIST, true},
                                       {0}};
static const marker_arg operator_args[] = {{"name", "name", ARG_TEXT, true},
                                           {"scope", "scope", ARG_TEXT, false},
                                           {"namespace", "namespace", ARG_TEXT, false},
                                           {0}};

static const marker_rule rules[] = {
    {"groupName", ON_FILE, TAKES_TEXT, NULL, 0, NULL, apply_group},
    {"versionName", ON_FILE, TAKES_TEXT, NULL, 0, NULL, apply_version},
    {"skip", ON_FILE, TAKES_NOTHING, NULL, 0, NULL, apply_skip},
    {"rbac", ON_FILE | ON_SOURCE, TAKES_ARGS, NULL, 0, rbac_args, apply_rbac},
    {"operator", ON_FILE | ON_SOURCE, TAKES_ARGS, NULL, 0, operator_args, apply_operator},

    {"resource", ON_KIND, TAKES_ARGS, NULL, 0, resource_args, apply_resource},
    {"subresource:status", ON_KIND, TAKES_NOTHING, "status", 0, NULL, apply_subresource},
    {"subresource:scale", ON_KIND, TAKES_ARGS, "scale", 0, scale_args, apply_subresource},
    {"printcolumn", ON_KIND, TAKES_ARGS, "additionalPrinterColumns", 0, column_args, apply_version_item},
    {"selectablefield", ON_KIND, TAKES_ARGS, "selectableFields", 0, path_args, apply_version_item},
    {"storageversion", ON_KIND, TAKES_NOTHING, "storage", 0, NULL, apply_version_flag},
    {"unservedversion", ON_KIND, TAKES_NOTHING, "unserved", 0, NULL, apply_version_flag},
    {"deprecatedversion", ON_KIND, TAKES_MAYBE_ARGS, NULL, 0, warning_args, apply_deprecated},
    {"metadata", ON_KIND, TAKES_ARGS, NULL, 0, metadata_args, apply_metadata},

    {"name", ON_FIELD, TAKES_TEXT, NULL, ANY, NULL, apply_name},
    {"optional", ON_FIELD, TAKES_NOTHING, NULL, ANY, NULL, apply_optional},
    {"required", ON_FIELD, TAKES_NOTHING, NULL, ANY, NULL, apply_required},
    {"validation:Optional", ON_FIELD, TAKES_NOTHING, NULL, ANY, NULL, apply_optional},
    {"validation:Required", ON_FIELD, TAKES_NOTHING, NULL, ANY, NULL, apply_required},
    {"nullable", ON_VALUE, TAKES_NOTHING, "nullable", ANY, NULL, apply_nullable},
    {"default", ON_VALUE, TAKES_FITTING, "default", ANY, NULL, apply_fact},
    {"example", ON_VALUE, TAKES_FITTING, "example", ANY, NULL, apply_fact},
    {"title", ON_VALUE, TAKES_TEXT, "title", ANY, NULL, apply_fact},
    {"validation:Minimum", ON_VALUE, TAKES_NUMBER, "minimum", NUMBER, NULL, apply_fact},
    {"validation:Maximum", ON_VALUE, TAKES_NUMBER, "maximum", NUMBER, NULL, apply_fact},
    {"validation:ExclusiveMinimum", ON_VALUE, TAKES_BOOL, "exclusiveMinimum", NUMBER, NULL, apply_fact},
    {"validation:ExclusiveMaximum", ON_VALUE, TAKES_BOOL, "exclusiveMaximum", NUMBER, NULL, apply_fact},
    {"validation:MultipleOf", ON_VALUE, TAKES_NUMBER, "multipleOf", NUMBER, NULL, apply_fact},
    {"validation:MinLength", ON_VALUE, TAKES_COUNT, "minLength", BIT(STRING), NULL, apply_fact},
    {"validation:MaxLength", ON_VALUE, TAKES_COUNT, "maxLength", BIT(STRING), NULL, apply_fact},
    {"validation:Pattern", ON_VALUE, TAKES_TEXT, "pattern", BIT(STRING) | BIT(INT_OR_STRING), NULL, apply_fact},
    {"validation:Format", ON_VALUE, TAKES_TEXT, "format", BIT(STRING), NULL, apply_fact},
    {"validation:Enum", ON_VALUE, TAKES_LIST, "enum", SCALAR, NULL, apply_enum},
    {"validation:MinItems", ON_VALUE, TAKES_COUNT, "minItems", BIT(LIST), NULL, apply_fact},
    {"validation:MaxItems", ON_VALUE, TAKES_COUNT, "maxItems", BIT(LIST), NULL, apply_fact},
    {"validation:MinProperties", ON_VALUE, TAKES_COUNT, "minProperties", BIT(MAP) | TREE, NULL, apply_fact},
    {"validation:MaxProperties", ON_VALUE, TAKES_COUNT, "maxProperties", BIT(MAP) | TREE, NULL, apply_fact},
    {"validation:XValidation", ON_VALUE, TAKES_ARGS, NULL, ANY, rule_args, apply_rule},
    {"validation:ExactlyOneOf", ON_VALUE, TAKES_LIST, "== 1", BIT(STRUCT), NULL, apply_one_of},
    {"validation:AtMostOneOf", ON_VALUE, TAKES_LIST, "<= 1", BIT(STRUCT), NULL, apply_one_of},
    {"validation:AtLeastOneOf", ON_VALUE, TAKES_LIST, ">= 1", BIT(STRUCT), NULL, apply_one_of},
    {"validation:EmbeddedResource", ON_VALUE, TAKES_NOTHING, "x-kubernetes-embedded-resource", TREE, NULL,
     apply_embedded},
    {"validation:XEmbeddedResource", ON_VALUE, TAKES_NOTHING, "x-kubernetes-embedded-resource", TREE, NULL,
     apply_embedded},
    {"validation:Schemaless", ON_VALUE, TAKES_NOTHING, "x-kubernetes-preserve-unknown-fields", BIT(JSON), NULL,
     apply_fact},
    {"validation:Type", ON_VALUE, TAKES_TEXT, "type", BIT(JSON), NULL, apply_type},
    {"preserveUnknownFields", ON_VALUE, TAKES_NOTHING, "x-kubernetes-preserve-unknown-fields", TREE, NULL, apply_fact},
    {"pruning:PreserveUnknownFields", ON_VALUE, TAKES_NOTHING, "x-kubernetes-preserve-unknown-fields", TREE, NULL,
     apply_fact},
    {"listType", ON_VALUE, TAKES_TEXT, "x-kubernetes-list-type", BIT(LIST), NULL, apply_list_type},
    {"listMapKey", ON_VALUE, TAKES_TEXT, "x-kubernetes-list-map-keys", BIT(LIST), NULL, apply_map_key},
    {"mapType", ON_VALUE, TAKES_TEXT, "x-kubernetes-map-type", BIT(MAP) | BIT(STRUCT), NULL, apply_map_type},
    {"structType", ON_VALUE, TAKES_TEXT, "x-kubernetes-map-type", BIT(STRUCT), NULL, apply_map_type},
};

json_t *marker_facts(project *p, json_t **facts)
{
    if (!*facts)
        *facts = pool_json(p->pool, json_object());
    return *facts;
}

/* The rule of a marker, and where what it takes begins: the longest name that fits. */
static const marker_rule *find(const char *text, const char **ret_rest)
{
    const marker_rule *best = NULL;
    size_t longest = 0;

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        size_t n = strlen(rules[i].name);
        if (n <= longest || strncmp(text, rules[i].name, n) != 0 || (text[n] && !strchr("=:", text[n])))
            continue;
        best = &rules[i];
        longest = n;
    }
    *ret_rest = text + longest;
    return best;
}

static json_t *take_number(marker_job *j, const char *text)
{
    json_t *value = value_any(j->project->pool, text);

    if (json_is_number(value))
        return value;
    problem(j->project, j->file, j->line, "+opsdk:%s takes a number, not \"%s\"", j->name, text);
    return NULL;
}

static json_t *take_args(marker_job *j, const char *text, const marker_arg *args)
{
    json_t *all = pool_json(j->project->pool, json_object());
    char *name, *value;

    while (value_argument(j->project->pool, &text, &name, &value)) {
        const marker_arg *a = args;
        json_t *taken;
        while (a->name && strcmp(a->name, name) != 0)
            a++;
        if (!a->name || !value || json_object_get(all, a->keyword)) {
            problem(j->project, j->file, j->line, "+opsdk:%s: %s \"%s\"", j->name,
                    !a->name ? "there is no argument"
                    : !value ? "no value for"
                             : "given twice:",
                    name);
            return NULL;
        }
        taken = a->takes == ARG_LIST ? value_list(j->project->pool, value) : value_any(j->project->pool, value);
        if (a->takes == ARG_TEXT)
            taken = pool_json(j->project->pool, json_string(value_text(j->project->pool, value)));
        if ((a->takes == ARG_NUMBER && !json_is_integer(taken)) || (a->takes == ARG_BOOL && !json_is_boolean(taken))) {
            problem(j->project, j->file, j->line, "+opsdk:%s: %s=%s is no %s", j->name, name, value,
                    a->takes == ARG_BOOL ? "true or false" : "whole number");
            return NULL;
        }
        json_object_set(all, a->keyword, taken);
    }
    for (; args->name; args++) {
        if (args->is_needed && !json_object_get(all, args->keyword)) {
            problem(j->project, j->file, j->line, "+opsdk:%s needs %s=", j->name, args->name);
            return NULL;
        }
    }
    return all;
}

/* NULL when it has said that it cannot be taken. */
static json_t *take_value(marker_job *j, const marker_rule *rule, const char *rest)
{
    pool *mem = j->project->pool;
    const char *value = *rest == '=' ? rest + 1 : NULL;
    bool wants_args = rule->takes == TAKES_ARGS || rule->takes == TAKES_MAYBE_ARGS;
    json_t *taken = NULL;

    if (wants_args && (*rest == ':' || (!*rest && rule->takes == TAKES_MAYBE_ARGS)))
        return take_args(j, *rest ? rest + 1 : rest, rule->args);
    if ((rule->takes == TAKES_NOTHING || rule->takes == TAKES_BOOL) && !*rest)
        return pool_json(mem, json_true());
    if (wants_args || rule->takes == TAKES_NOTHING || !value) {
        problem(j->project, j->file, j->line, "+opsdk:%s %s, not \"%s\"", j->name,
                wants_args                     ? "takes :name=value,..."
                : rule->takes == TAKES_NOTHING ? "takes nothing"
                                               : "takes =value",
                rest);
        return NULL;
    }
    if (rule->takes == TAKES_TEXT)
        return pool_json(mem, json_string(value_text(mem, value)));
    if (rule->takes == TAKES_LIST)
        return value_list(mem, value);
    if (rule->takes == TAKES_FITTING)
        return marker_fitting(j, value);
    if (rule->takes == TAKES_NUMBER)
        return take_number(j, value);
    taken = value_any(mem, value);
    if (rule->takes == TAKES_BOOL ? json_is_boolean(taken) : json_is_integer(taken) && json_integer_value(taken) >= 0)
        return taken;
    problem(j->project, j->file, j->line, "+opsdk:%s takes %s, not \"%s\"", j->name,
            rule->takes == TAKES_BOOL ? "true or false" : "a whole number from 0", value);
    return NULL;
}

static const char *shape_name(const type *t)
{
    static const char *const names[] = {"bool",     "int32_t", "int64_t", "double", "string", "opsdk_int_or_string",
                                        "json_t *", "struct",  "option",  "list",   "map"};

    return t ? names[t->shape] : "struct";
}

/* "validation:items:MaxLength=5" is the marker "validation:MaxLength=5" for what is in the list. */
static const char *strip_items(marker_job *j, const char *text)
{
    static const char prefix[] = "validation:items:";

    if (strncmp(text, prefix, strlen(prefix)) != 0 || !j->type || j->type->shape != OPSDK_SHAPE_LIST)
        return text;
    j->type = type_inner(j->type->of);
    j->outer = j->type;
    j->facts = &j->items;
    return pool_format(j->project->pool, "validation:%s", text + strlen(prefix));
}

static void apply(marker_job job, note *n, unsigned where)
{
    const char *rest, *text = strip_items(&job, n->text);
    const marker_rule *rule = find(text, &rest);
    json_t *value;

    if (!rule || !(rule->where & where))
        return;
    n->taken = true;
    job.name = rule->name;
    job.keyword = rule->keyword;
    job.line = n->line;
    if ((rule->where & ON_VALUE) && job.type && !(rule->shapes & (1u << job.type->shape))) {
        problem(job.project, job.file, n->line, "+opsdk:%s does not fit a %s", rule->name, shape_name(job.type));
        return;
    }
    value = take_value(&job, rule, rest);
    if (value && !(rule->takes == TAKES_BOOL && json_is_false(value)))
        rule->apply(&job, value);
    if (job.items)
        marker_merge_items(&job);
}

static void apply_all(marker_job job, notes *n, unsigned where)
{
    for (size_t i = 0; i < n->n_markers; i++)
        apply(job, &n->markers[i], where);
}

void marker_file(project *p, const char *file, unit *u, notes *n)
{
    apply_all((marker_job){.project = p, .file = file, .unit = u}, n, u ? ON_FILE : ON_SOURCE);
}

void marker_field(project *p, const char *file, field *f, notes *n)
{
    marker_job job = {.project = p,
                      .file = file,
                      .field = f,
                      .facts = &f->facts,
                      .own = &f->facts,
                      .type = type_inner(f->type),
                      .outer = f->type};

    apply_all(job, n, ON_FIELD | ON_VALUE);
    if (f->demand == DEMAND_OPTIONAL && type_is_plain(f->type) && !field_has_default(f))
        problem(p, file, f->line,
                "%s: optional without default: write OPSDK_OPTIONAL(%s), which tells absent from zero", f->c_name,
                f->type->c);
}

void marker_alias(project *p, const char *file, type *t, notes *n)
{
    type bare = *t; /* the typedef's own facts come later */

    apply_all((marker_job){.project = p,
                           .file = file,
                           .facts = &t->facts,
                           .own = &t->facts,
                           .type = type_inner(&bare),
                           .outer = &bare},
              n, ON_VALUE);
}

static void make_kind(project *p, const char *file, record *r, note *n, kind **ret)
{
    const char *name = n->text + strlen("kind");
    kind *k = *ret = pool_alloc(p->pool, sizeof(*k));
    const char *why;

    n->taken = true;
    k->record = r;
    k->line = n->line;
    k->kind = *name == '=' ? value_text(p->pool, name + 1) : names_kind(p->pool, r->c_name);
    k->constant = names_upper(p->pool, r->c_name);
    k->names = pool_json(p->pool, json_object());
    k->version = pool_json(p->pool, json_object());
    k->metadata = pool_json(p->pool, json_object());
    why = names_check_kind(k->kind);
    if (why)
        problem(p, file, n->line, "kind \"%s\" %s", k->kind, why);
}

void marker_record(project *p, const char *file, record *r, notes *n, kind **ret_kind)
{
    static const type structure = {.shape = OPSDK_SHAPE_STRUCT};
    marker_job job = {.project = p,
                      .file = file,
                      .record = r,
                      .facts = &r->facts,
                      .own = &r->facts,
                      .type = &structure,
                      .outer = &structure};

    *ret_kind = NULL;
    for (size_t i = 0; i < n->n_markers && !*ret_kind; i++) {
        if (strcmp(n->markers[i].text, "kind") == 0 || strncmp(n->markers[i].text, "kind=", 5) == 0)
            make_kind(p, file, r, &n->markers[i], ret_kind);
    }
    job.kind = *ret_kind;
    apply_all(job, n, ON_VALUE | (*ret_kind ? ON_KIND : 0));
    if (!*ret_kind)
        return;
    (*ret_kind)->singular = (*ret_kind)->singular ? (*ret_kind)->singular : names_lower(p->pool, (*ret_kind)->kind);
    (*ret_kind)->plural = (*ret_kind)->plural ? (*ret_kind)->plural : names_plural(p->pool, (*ret_kind)->kind);
}

void marker_rest(project *p, const char *file, const notes *n)
{
    const char *rest;

    for (size_t i = 0; i < n->n_markers; i++) {
        const char *text = n->markers[i].text;
        if (n->markers[i].taken)
            continue;
        problem(p, file, n->markers[i].line, "+opsdk:%.*s %s", (int)strcspn(text, "="), text,
                find(text, &rest) || strncmp(text, "kind", 4) == 0 ? "does not belong here" : "is unknown");
    }
}
