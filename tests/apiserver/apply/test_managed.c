/* What the real server's libraries made of each write (tests/fixtures/apply): owners, merged documents, conflicts and what is refused. */
#include "apiserver/apply/managed.h"
#include "tests/support/fault.h"
#include "tests/support/quoted.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS(list) .fields = (list), .n = sizeof(list) / sizeof((list)[0])
#define NOW "2030-01-01T00:00:00Z"

/* One kind with something of everything. */
static const schema text = {.type = SCHEMA_STRING}, integer = {.type = SCHEMA_INTEGER},
                    number = {.type = SCHEMA_NUMBER}, boolean = {.type = SCHEMA_BOOLEAN},
                    texts = {.type = SCHEMA_MAP, .items = &text},
                    tags = {.type = SCHEMA_LIST, .topology = TOPOLOGY_SET, .items = &text},
                    nums = {.type = SCHEMA_LIST, .topology = TOPOLOGY_SET, .items = &integer},
                    args = {.type = SCHEMA_LIST, .topology = TOPOLOGY_ATOMIC, .items = &text},
                    free_form = {.type = SCHEMA_OBJECT, .preserve_unknown = true}, any = {.type = SCHEMA_ANY};

static const schema_field extra_fields[] = {{.name = "a", .type = &text}, {.name = "b", .type = &text}};
static const schema extra = {.type = SCHEMA_OBJECT, FIELDS(extra_fields)};
static const schema_field port_fields[] = {{.name = "extra", .type = &extra},
                                           {.name = "name", .type = &text},
                                           {.name = "port", .type = &integer},
                                           {.name = "protocol", .type = &text, .dflt = "\"TCP\""}};
static const schema port = {.type = SCHEMA_OBJECT, FIELDS(port_fields)};
static const char *const port_keys[] = {"port", "protocol", NULL}, *const name_key[] = {"name", NULL},
                         *const type_key[] = {"type", NULL};
static const schema ports = {.type = SCHEMA_LIST, .topology = TOPOLOGY_MAP, .keys = port_keys, .items = &port};
static const schema_field item_fields[] = {{.name = "labels", .type = &texts},
                                           {.name = "name", .type = &text},
                                           {.name = "tags", .type = &tags},
                                           {.name = "value", .type = &text}};
static const schema item = {.type = SCHEMA_OBJECT, FIELDS(item_fields)};
static const schema items = {.type = SCHEMA_LIST, .topology = TOPOLOGY_MAP, .keys = name_key, .items = &item};
static const schema_field plain_fields[] = {{.name = "x", .type = &text}};
static const schema plain_item = {.type = SCHEMA_OBJECT, FIELDS(plain_fields)},
                    plain = {.type = SCHEMA_LIST, .items = &plain_item};
static const schema_field sel_fields[] = {{.name = "a", .type = &text}, {.name = "b", .type = &texts}};
static const schema sel = {.type = SCHEMA_OBJECT, .topology = TOPOLOGY_ATOMIC, FIELDS(sel_fields)};
static const schema_field obj_fields[] = {{.name = "x", .type = &text}, {.name = "y", .type = &integer}};
static const schema obj = {.type = SCHEMA_OBJECT, FIELDS(obj_fields)}, objs = {.type = SCHEMA_MAP, .items = &obj};
static const schema_field b_fields[] = {{.name = "c", .type = &text}, {.name = "d", .type = &text}};
static const schema b = {.type = SCHEMA_OBJECT, FIELDS(b_fields)};
static const schema_field a_fields[] = {{.name = "b", .type = &b}};
static const schema a = {.type = SCHEMA_OBJECT, FIELDS(a_fields)};
static const schema_field deep_fields[] = {{.name = "a", .type = &a}};
static const schema deep = {.type = SCHEMA_OBJECT, FIELDS(deep_fields)};

static const schema_field spec_fields[] = {
    {.name = "any", .type = &any},      {.name = "args", .type = &args},      {.name = "count", .type = &integer},
    {.name = "deep", .type = &deep},    {.name = "free", .type = &free_form}, {.name = "items", .type = &items},
    {.name = "labels", .type = &texts}, {.name = "name", .type = &text},      {.name = "nums", .type = &nums},
    {.name = "objs", .type = &objs},    {.name = "on", .type = &boolean},     {.name = "plain", .type = &plain},
    {.name = "ports", .type = &ports},  {.name = "ratio", .type = &number},   {.name = "sel", .type = &sel},
    {.name = "tags", .type = &tags},
};
static const schema spec = {.type = SCHEMA_OBJECT, FIELDS(spec_fields)};
static const schema_field cond_fields[] = {{.name = "on", .type = &boolean}, {.name = "type", .type = &text}};
static const schema cond = {.type = SCHEMA_OBJECT, FIELDS(cond_fields)},
                    conds = {.type = SCHEMA_LIST, .topology = TOPOLOGY_MAP, .keys = type_key, .items = &cond};
static const schema_field status_fields[] = {{.name = "conds", .type = &conds}, {.name = "phase", .type = &text}};
static const schema status = {.type = SCHEMA_OBJECT, FIELDS(status_fields)};
static const schema_field thing_fields[] = {
    {.name = "apiVersion", .type = &text},
    {.name = "kind", .type = &text},
    {.name = "metadata", .type = &SCHEMA_OBJECT_META},
    {.name = "spec", .type = &spec},
    {.name = "status", .type = &status},
};
static const schema thing = {.type = SCHEMA_OBJECT, FIELDS(thing_fields)};

static const schema *served(const char *version, void *user)
{
    (void)user;
    return strcmp(version, "ex.com/v1") == 0 || strcmp(version, "ex.com/v2") == 0 ? &thing : NULL;
}

static const char *text_of(const json_t *v, const char *name)
{
    const char *s = json_string_value(json_object_get(v, name));

    return s ? s : "";
}

static int by_message(const void *x, const void *y)
{
    return strcmp(text_of(*(const json_t *const *)x, "message"), text_of(*(const json_t *const *)y, "message"));
}

/* The real server has the managers in no order, but each one's fields together. */
static json_t *by_manager(const json_t *causes)
{
    size_t n = json_array_size(causes);
    json_t **all = calloc(n + 1, sizeof(*all)), *sorted = json_array();

    for (size_t i = 0; i < n; i++)
        all[i] = json_array_get(causes, i);
    qsort(all, n, sizeof(*all), by_message); /* stable for so few */
    for (size_t i = 0; i < n; i++)
        json_array_append(sorted, all[i]);
    free(all);
    return sorted;
}

static void check_causes(const char *name, const failure *why, const json_t *should)
{
    json_t *is = by_manager(json_object_get(why->details, "causes")), *want = by_manager(should);

    check_json(name, is, want);
    json_decref(is);
    json_decref(want);
}

/* What is written: obj as changed in place, or merged.  NULL: refused. */
static json_t *write_it(const json_t *c, const managed_write *w, const json_t *live, failure *why)
{
    json_t *changed = json_deep_copy(json_object_get(c, "obj")), *ret = NULL;

    if (strcmp(text_of(c, "op"), "update") == 0) {
        if (managed_update(w, changed, live, why) == 0)
            return changed;
    } else if (managed_apply(w, live, changed, json_is_true(json_object_get(c, "force")), &ret, why) < 0)
        ret = NULL;
    json_decref(changed);
    return ret;
}

static void run_case(const json_t *c)
{
    static const char *const reset[] = {"status", NULL}, *const status_reset[] = {"spec", "metadata.labels", NULL};
    json_t *live = json_deep_copy(json_object_get(c, "live")), *before, *ret;
    char version[64], *name = json_dumps(c, JSON_COMPACT);
    const char *sub = text_of(c, "sub"), *error = text_of(c, "error");
    auto_failure why = {0};
    managed_write w = {.schema = &thing,
                       .kind = "Thing",
                       .manager = text_of(c, "manager"),
                       .api_version = version,
                       .sub = sub,
                       .time = NOW,
                       .reset = *sub ? status_reset : reset,
                       .other = served};

    snprintf(version, sizeof(version), "ex.com/%s", text_of(c, "version"));
    if (live)
        json_object_set_new(live, "apiVersion", json_string(version));
    before = json_deep_copy(live);
    ret = write_it(c, &w, live, &why);
    check_json("what is stored is left alone", live, before);
    if (*error) {
        ck_assert_msg(!ret, "done: %.1500s", name);
        ck_assert_msg(strcmp(why.message, error) == 0, "%.1500s\n  is %.1500s", name, why.message);
        ck_assert_int_eq(why.code, json_integer_value(json_object_get(c, "code")));
        check_causes(name, &why, json_object_get(c, "causes"));
    } else {
        ck_assert_msg(ret != NULL, "%.1500s: %.1500s", name, why.message);
        check_json(name, ret, json_object_get(c, "result"));
    }
    json_decref(live);
    json_decref(before);
    json_decref(ret);
    free(name);
}

START_TEST(as_the_real_libraries)
{
    ck_assert_uint_gt(quoted_cases(getenv("APPLY"), "tests/fixtures/apply/cases.jsonl", run_case), 100);
}
END_TEST

/* ---- what the cases have not ---- */

static const managed_write plain_write = {
    .schema = &thing, .kind = "Thing", .manager = "m", .api_version = "ex.com/v1", .sub = "", .time = NOW};

START_TEST(times_do_not_count)
{
    static const struct {
        const char *obj, *old, *should;
        bool unchanged;
    } all[] = {
        {"{'metadata': {'managedFields': [{'manager': 'm', 'time': 'new'}, {'manager': 'n'}]}, 'a': 1}",
         "{'metadata': {'managedFields': [{'manager': 'm', 'time': 'old'}, {'manager': 'n', 'time': 'x'}]}, 'a': 1}",
         "{'metadata': {'managedFields': [{'manager': 'm', 'time': 'old'}, {'manager': 'n', 'time': 'x'}]}, 'a': 1}",
         true},
        {"{'metadata': {'managedFields': [{'manager': 'm', 'time': 'new'}]}, 'a': 1}",
         "{'metadata': {'managedFields': [{'manager': 'm', 'time': 'old'}]}, 'a': 2}",
         "{'metadata': {'managedFields': [{'manager': 'm', 'time': 'new'}]}, 'a': 1}", false},
        {"{'metadata': {'managedFields': [{'manager': 'm', 'time': 'new'}]}}",
         "{'metadata': {'managedFields': [{'manager': 'n', 'time': 'old'}]}}",
         "{'metadata': {'managedFields': [{'manager': 'm', 'time': 'new'}]}}", false},
        {"{'metadata': {'managedFields': [{'manager': 'm', 'time': 'new'}], 'x': 1}}",
         "{'metadata': {'managedFields': [{'manager': 'm', 'time': 'old'}]}}",
         "{'metadata': {'managedFields': [{'manager': 'm', 'time': 'new'}], 'x': 1}}", false},
        {"{'metadata': {'a': 1}}", "{'metadata': {}}", "{'metadata': {'a': 1}}", false},
        {"{'metadata': {}}", "{'metadata': {}}", "{'metadata': {}}", true},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        json_t *is = quoted(all[i].obj), *old = quoted(all[i].old), *should = quoted(all[i].should);
        ck_assert_int_eq(managed_is_unchanged(is, old), all[i].unchanged);
        check_json(all[i].obj, is, should);
        json_decref(is);
        json_decref(old);
        json_decref(should);
    }
}
END_TEST

/* As the real server shows it: the owner of the replicas by an update loses them, and who scales has no time. */
START_TEST(scale)
{
    json_t *
        parent =
           quoted("[{'manager': 'c', 'operation': 'Update', 'apiVersion': 'apps/v1', 'time': 't', 'fieldsType': "
                  "'FieldsV1', 'fieldsV1': {'f:spec': {'f:replicas': {}, 'f:x': {}}}}, {'manager': 'a', 'operation': "
                  "'Apply', 'apiVersion': 'apps/v1', 'time': 't', 'fieldsType': 'FieldsV1', 'fieldsV1': {'f:spec': "
                  "{'f:replicas': {}}}}, {'manager': 'o', 'operation': 'Update', 'apiVersion': 'apps/v1', "
                  "'fieldsType': 'FieldsV1', 'fieldsV1': {'f:spec': {'f:x': {}}}}]"),
       *as_scale =
           quoted("[{'manager': 'a', 'operation': 'Apply', 'apiVersion': 'autoscaling/v1', 'time': 't', 'fieldsType': "
                  "'FieldsV1', 'fieldsV1': {'f:spec': {'f:replicas': {}}}}, {'manager': 'c', 'operation': 'Update', "
                  "'apiVersion': 'autoscaling/v1', 'time': 't', 'fieldsType': 'FieldsV1', 'fieldsV1': {'f:spec': "
                  "{'f:replicas': {}}}}]"),
       *scaled =
           quoted("[{'manager': 's', 'operation': 'Update', 'apiVersion': 'autoscaling/v1', 'time': 'u', 'fieldsType': "
                  "'FieldsV1', 'fieldsV1': {'f:spec': {'f:replicas': {}}}, 'subresource': 'scale'}]"),
       *back = quoted(
           "[{'manager': 'o', 'operation': 'Update', 'apiVersion': 'apps/v1', 'fieldsType': 'FieldsV1', 'fieldsV1': "
           "{'f:spec': {'f:x': {}}}}, {'manager': 's', 'operation': 'Update', 'apiVersion': 'apps/v1', "
           "'fieldsType': 'FieldsV1', 'fieldsV1': {'f:spec': {'f:replicas': {}}}, 'subresource': 'scale'}, "
           "{'manager': 'c', 'operation': 'Update', 'apiVersion': 'apps/v1', 'time': '2020-01-01T00:00:00Z', "
           "'fieldsType': 'FieldsV1', 'fieldsV1': {'f:spec': {'f:x': {}}}}]"),
       *is = managed_to_scale(parent, "spec.replicas");

    check_json("to scale", is, as_scale);
    json_decref(is);
    json_object_set_new(json_array_get(parent, 0), "time", json_string("2020-01-01T00:00:00Z"));
    is = managed_from_scale(parent, scaled, "apps/v1", ".spec.replicas");
    check_json("from scale", is, back);
    json_decref(is);
    ck_assert_ptr_null(managed_to_scale(NULL, "spec.replicas"));
    json_decref(parent);
    json_decref(as_scale);
    json_decref(scaled);
    json_decref(back);
}
END_TEST

/* Only some paths may be written by way of a subresource. */
START_TEST(only)
{
    static const char *const paths[] = {"spec.items.*.value", "spec.args", NULL};
    managed_write w = plain_write;
    json_t *
        is = quoted(
           "{'metadata': {'labels': {'a': 'b'}}, 'spec': {'args': ['x'], 'name': 'n', 'items': [{'name': 'a', 'value': "
           "'1', 'tags': ['t']}]}}"),
       *should = quoted(
           "{'f:spec': {'.': {}, 'f:args': {}, 'f:items': {'.': {}, 'k:{\\'name\\':\\'a\\'}': {'.': {}, 'f:value': "
           "{}}}}}");
    auto_failure why = {0};

    w.only = paths;
    ck_assert_int_eq(managed_update(&w, is, NULL, &why), 0);
    check_json("only",
               json_object_get(json_array_get(json_object_get(json_object_get(is, "metadata"), "managedFields"), 0),
                               "fieldsV1"),
               should);
    json_decref(is);
    json_decref(should);
}
END_TEST

/* A built-in kind's structs are there from the start, so nobody owns them as such. */
START_TEST(structs)
{
    static const schema_field inner_fields[] = {{.name = "list", .type = &items, .always = true},
                                                {.name = "pointer", .type = &b, .pointer = true}};
    static const schema inner = {.type = SCHEMA_OBJECT, FIELDS(inner_fields)};
    static const schema_field outer_fields[] = {
        {.name = "metadata", .type = &SCHEMA_OBJECT_META, .always = true},
        {.name = "spec", .type = &inner, .always = true},
    };
    static const schema outer = {.type = SCHEMA_OBJECT, FIELDS(outer_fields)};
    managed_write w = plain_write;
    json_t *is = quoted("{'metadata': {'name': 'x'}, 'spec': {'list': [{'name': 'a'}], 'pointer': {'c': '1'}}}"),
           *should = quoted(
               "{'f:spec': {'f:list': {'k:{\\'name\\':\\'a\\'}': {'.': {}, 'f:name': {}}}, 'f:pointer': {'.': {}, "
               "'f:c': {}}}}");
    auto_failure why = {0};

    w.schema = &outer;
    w.builtin = true;
    ck_assert_int_eq(managed_update(&w, is, NULL, &why), 0);
    check_json("structs",
               json_object_get(json_array_get(json_object_get(json_object_get(is, "metadata"), "managedFields"), 0),
                               "fieldsV1"),
               should);
    json_decref(is);
    json_decref(should);
}
END_TEST

static const char stored[] =
    "{'apiVersion': 'ex.com/v1', 'kind': 'Thing', 'metadata': {'name': 't', 'uid': 'u', 'annotations': "
    "{'kubectl.kubernetes.io/last-applied-configuration': '{\\'apiVersion\\': \\'ex.com/v1\\', \\'spec\\': "
    "{\\'name\\': "
    "\\'n\\'}}'}, 'managedFields': [{'manager': 'o', 'operation': 'Update', 'apiVersion': 'ex.com/v1', 'time': "
    "'2020-01-01T00:00:00Z', 'fieldsType': 'FieldsV1', 'fieldsV1': {'f:spec': {'f:name': {}, 'f:items': "
    "{'k:{\\'name\\':\\'a\\'}': "
    "{'.': {}, 'f:name': {}}}}}}, {'manager': 'kubectl', 'operation': 'Apply', 'apiVersion': 'ex.com/v2', "
    "'fieldsType': 'FieldsV1', "
    "'fieldsV1': {'f:spec': {'f:on': {}, 'f:tags': {'v:\\'t\\'': {}}}}}]}, 'spec': {'name': 'n', 'on': true, 'tags': "
    "['t'], "
    "'items': [{'name': 'a'}]}}",
                  config[] = "{'apiVersion': 'ex.com/v1', 'kind': 'Thing', 'metadata': {'name': 't'}, 'spec': {'name': "
                             "'m', 'items': [{'name': 'b', "
                             "'labels': {'x': 'y'}}], 'ports': [{'port': 1}], 'tags': ['u']}}";

/* apply: the k-th allocation fails; true when it came to pass. */
static bool write_without_memory(bool apply, unsigned long k)
{
    json_t *old = quoted(stored), *change = quoted(config), *ret = NULL;
    managed_write w = plain_write;
    failure why = {0};
    bool hit;
    int r;

    w.manager = "kubectl";
    w.other = served;
    fault_set(k);
    r = apply ? managed_apply(&w, old, change, false, &ret, &why) : managed_update(&w, change, old, &why);
    hit = fault_clear();
    ck_assert(r == 0 || hit);
    failure_clear(&why);
    json_decref(old);
    json_decref(change);
    json_decref(ret);
    return hit;
}

START_TEST(memory_runs_out)
{
    for (int apply = 0; apply < 2 && fault_works(); apply++) {
        unsigned long k = 1;
        while (write_without_memory(apply == 1, k))
            k++;
        ck_assert_uint_gt(k, 50);
    }
}
END_TEST

TESTS("managed", as_the_real_libraries, times_do_not_count, scale, only, structs, memory_runs_out)
