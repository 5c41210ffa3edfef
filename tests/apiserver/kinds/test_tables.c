#include "apiserver/kinds/schemas.h"
#include "tests/support/suite.h"

#include <string.h>

/* Walks a kind's tables as deep as they go without meeting themselves. */
static void walk(const schema *s, int depth)
{
    if (!s || depth > 12)
        return;
    for (size_t i = 0; i < s->n; i++) {
        ck_assert(i == 0 || strcmp(s->fields[i - 1].name, s->fields[i].name) < 0);
        ck_assert_ptr_eq(schema_field_of(s, s->fields[i].name), s->fields + i);
        ck_assert_ptr_nonnull(s->fields[i].type->go);
        walk(s->fields[i].type, depth + 1);
    }
    ck_assert_int_eq(s->type == SCHEMA_LIST || s->type == SCHEMA_MAP, s->items != NULL);
    ck_assert(s->topology != TOPOLOGY_MAP || (s->keys && s->keys[0]));
    walk(s->items, depth + 1);
}

START_TEST(fields_are_sorted_and_lists_have_items)
{
    walk(&schema_core_v1_Pod, 0);
    walk(&schema_apps_v1_Deployment, 0);
    walk(&schema_core_v1_Service, 0);
    walk(&schema_rbac_v1_ClusterRole, 0);
}
END_TEST

START_TEST(say_what_the_types_say)
{
    const schema *spec = schema_child(&schema_core_v1_Pod, "spec");
    const schema_field *containers = schema_field_of(spec, "containers"),
                       *ports = schema_field_of(containers->type->items, "ports");

    ck_assert(containers->required && containers->always && containers->patch == PATCH_MERGE);
    ck_assert_str_eq(containers->patch_key, "name");
    ck_assert_str_eq(containers->type->keys[0], "name");
    ck_assert_str_eq(ports->type->go, "[]v1.ContainerPort");
    ck_assert_str_eq(ports->type->keys[0], "containerPort");
    ck_assert_str_eq(ports->type->keys[1], "protocol");
    ck_assert_str_eq(schema_field_of(ports->type->items, "protocol")->dflt, "\"TCP\"");
    ck_assert_str_eq(schema_field_of(schema_child(spec, "volumes")->items, "emptyDir")->embed, "VolumeSource");
    ck_assert(schema_field_of(&schema_apps_v1_DeploymentSpec, "replicas")->pointer);
    ck_assert(schema_field_of(&schema_apps_v1_Deployment, "status")->always);
    ck_assert(!schema_field_of(&SCHEMA_OBJECT_META, "creationTimestamp")->always);
}
END_TEST

TESTS("tables", fields_are_sorted_and_lists_have_items, say_what_the_types_say)
