/* What the real server's engine made of each patch (tests/fixtures/strategic), and what its rules are. */
#include "apiserver/patch/patch.h"
#include "tests/support/fault.h"
#include "tests/support/quoted.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS(list) .fields = (list), .n = sizeof(list) / sizeof((list)[0])
#define CORE "io.k8s.api.core.v1."

/* As much of a Pod and a Deployment as the examples have. */
static const schema text = {.type = SCHEMA_STRING}, number = {.type = SCHEMA_INTEGER, .format = "int64"},
                    texts = {.type = SCHEMA_LIST, .items = &text}, map = {.type = SCHEMA_MAP, .items = &text};

static const schema_field limits_fields[] = {{.name = "limits", .type = &map}, {.name = "requests", .type = &map}},
                          env_fields[] = {{.name = "name", .type = &text}, {.name = "value", .type = &text}},
                          port_fields[] = {{.name = "containerPort", .type = &number},
                                           {.name = "hostPort", .type = &number},
                                           {.name = "protocol", .type = &text}};
static const schema limits = {.type = SCHEMA_OBJECT, .name = CORE "ResourceRequirements", FIELDS(limits_fields)},
                    env = {.type = SCHEMA_OBJECT, .name = CORE "EnvVar", FIELDS(env_fields)},
                    port = {.type = SCHEMA_OBJECT, .name = CORE "ContainerPort", FIELDS(port_fields)},
                    envs = {.type = SCHEMA_LIST, .items = &env}, ports = {.type = SCHEMA_LIST, .items = &port};
static const schema_field container_fields[] = {
    {.name = "args", .type = &texts},
    {.name = "env", .type = &envs, .patch = PATCH_MERGE, .patch_key = "name"},
    {.name = "image", .type = &text},
    {.name = "name", .type = &text},
    {.name = "ports", .type = &ports, .patch = PATCH_MERGE, .patch_key = "containerPort"},
    {.name = "resources", .type = &limits},
};
static const schema container = {.type = SCHEMA_OBJECT, .name = CORE "Container", FIELDS(container_fields)},
                    containers = {.type = SCHEMA_LIST, .items = &container};

static const schema_field source_fields[] = {{.name = "medium", .type = &text}, {.name = "name", .type = &text}};
static const schema source = {.type = SCHEMA_OBJECT, .name = CORE "Source", FIELDS(source_fields)};
static const schema_field volume_fields[] = {{.name = "configMap", .type = &source},
                                             {.name = "emptyDir", .type = &source},
                                             {.name = "name", .type = &text}},
                          toleration_fields[] = {{.name = "key", .type = &text}},
                          alias_fields[] = {{.name = "hostnames", .type = &texts}, {.name = "ip", .type = &text}},
                          security_fields[] = {{.name = "fsGroup", .type = &number},
                                               {.name = "runAsUser", .type = &number}};
static const schema volume = {.type = SCHEMA_OBJECT, .name = CORE "Volume", FIELDS(volume_fields)},
                    volumes = {.type = SCHEMA_LIST, .items = &volume},
                    toleration = {.type = SCHEMA_OBJECT, .name = CORE "Toleration", FIELDS(toleration_fields)},
                    tolerations = {.type = SCHEMA_LIST, .items = &toleration},
                    alias = {.type = SCHEMA_OBJECT, .name = CORE "HostAlias", FIELDS(alias_fields)},
                    aliases = {.type = SCHEMA_LIST, .items = &alias},
                    security = {.type = SCHEMA_OBJECT, .name = CORE "PodSecurityContext", FIELDS(security_fields)};
static const schema_field spec_fields[] = {
    {.name = "containers", .type = &containers, .patch = PATCH_MERGE, .patch_key = "name"},
    {.name = "hostAliases", .type = &aliases, .patch = PATCH_MERGE, .patch_key = "ip"},
    {.name = "nodeSelector", .type = &map},
    {.name = "securityContext", .type = &security},
    {.name = "terminationGracePeriodSeconds", .type = &number},
    {.name = "tolerations", .type = &tolerations},
    {.name = "volumes", .type = &volumes, .patch = PATCH_MERGE | PATCH_RETAIN_KEYS, .patch_key = "name"},
};
static const schema spec = {.type = SCHEMA_OBJECT, .name = CORE "PodSpec", FIELDS(spec_fields)};
static const schema_field pod_fields[] = {{.name = "metadata", .type = &SCHEMA_OBJECT_META},
                                          {.name = "spec", .type = &spec}};
static const schema pod = {.type = SCHEMA_OBJECT, .name = CORE "Pod", FIELDS(pod_fields)};

static const schema_field rolling_fields[] = {{.name = "maxSurge", .type = &number}};
static const schema rolling = {.type = SCHEMA_OBJECT, .name = "RollingUpdateDeployment", FIELDS(rolling_fields)};
static const schema_field strategy_fields[] = {{.name = "rollingUpdate", .type = &rolling},
                                               {.name = "type", .type = &text}};
static const schema strategy = {.type = SCHEMA_OBJECT, .name = "DeploymentStrategy", FIELDS(strategy_fields)};
static const schema_field deployment_spec_fields[] = {
    {.name = "strategy", .type = &strategy, .patch = PATCH_RETAIN_KEYS}};
static const schema deployment_spec = {.type = SCHEMA_OBJECT, .name = "DeploymentSpec", FIELDS(deployment_spec_fields)};
static const schema_field deployment_fields[] = {{.name = "spec", .type = &deployment_spec}};
static const schema deployment = {.type = SCHEMA_OBJECT, .name = "Deployment", FIELDS(deployment_fields)};

static void run_case(const json_t *c)
{
    const json_t *doc = json_object_get(c, "doc"), *patch = json_object_get(c, "patch");
    const char *kind = json_string_value(json_object_get(c, "kind")),
               *error = json_string_value(json_object_get(c, "error"));
    json_t *before = json_deep_copy(c), *ret = NULL;
    char *name = json_dumps(c, JSON_COMPACT);
    auto_failure why = {0};
    int r = patch_strategic(doc, patch, strcmp(kind, "Pod") == 0 ? &pod : &deployment, &ret, NULL, &why);

    if (error) {
        ck_assert_msg(r == -1, "done: %s", name);
        ck_assert_msg(strcmp(why.message, error) == 0, "%s\n  is %s", name, why.message);
        ck_assert_int_eq(why.code, json_integer_value(json_object_get(c, "code")));
    } else {
        ck_assert_msg(r == 0, "%s: %s", name, why.message);
        check_json(name, ret, json_object_get(c, "result"));
    }
    check_json("the arguments are left alone", c, before);
    json_decref(before);
    json_decref(ret);
    free(name);
}

START_TEST(as_the_real_engine)
{
    ck_assert_uint_gt(quoted_cases(getenv("STRATEGIC"), "tests/fixtures/strategic/cases.jsonl", run_case), 100);
}
END_TEST

/* Every place where memory may run out. */
START_TEST(memory_runs_out)
{
    json_t *doc =
               quoted("{'metadata': {'finalizers': ['a', 'b']}, 'spec': {'containers': [{'name': 'a', 'env': [{'name': "
                      "'x'}]}], 'volumes': [{'name': 'v', 'emptyDir': {}}]}}"),
           *patch =
               quoted("{'metadata': {'finalizers': ['c'], '$deleteFromPrimitiveList/finalizers': ['a']}, 'spec': "
                      "{'$setElementOrder/containers': [{'name': 'b'}, {'name': 'a'}], 'containers': [{'name': 'b'}], "
                      "'volumes': [{'name': 'v', '$retainKeys': ['name']}, {'name': 'w', '$patch': 'delete'}]}}");
    unsigned long k = 0;
    bool hit = fault_works();

    while (hit) {
        json_t *ret = NULL;
        failure why = {0};
        int r;
        fault_set(++k);
        r = patch_strategic(doc, patch, &pod, &ret, NULL, &why);
        hit = fault_clear();
        ck_assert(r == 0 || hit);
        json_decref(ret);
        failure_clear(&why);
    }
    ck_assert(!fault_works() || k > 50);
    json_decref(doc);
    json_decref(patch);
}
END_TEST

START_TEST(unlike_a_map)
{
    static const struct {
        const char *patch, *message;
    } all[] = {{"[]", "json: cannot unmarshal array into Go value of type map[string]interface {}"},
               {"3", "json: cannot unmarshal number into Go value of type map[string]interface {}"}};
    json_t *doc = json_object(), *ret = NULL, *null = json_null();
    auto_failure none = {0};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        json_t *patch = quoted(all[i].patch);
        auto_failure why = {0};
        ck_assert_int_eq(patch_strategic(doc, patch, &pod, &ret, NULL, &why), -1);
        ck_assert_int_eq(why.code, 400);
        ck_assert_str_eq(why.message, all[i].message);
        json_decref(patch);
    }
    ck_assert_int_eq(patch_strategic(doc, null, &pod, &ret, NULL, &none), 0);
    check_json("null", ret, doc);
    json_decref(ret);
    json_decref(doc);
}
END_TEST

TESTS("strategic", as_the_real_engine, unlike_a_map, memory_runs_out)
