#include "apiserver/discovery/documents.h"
#include "apiserver/kinds/kinds.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static registry *resources;
static store *objects;
static kinds *builtin;

static void begin(void)
{
    resources = registry_new();
    objects = store_new();
    builtin = kinds_new(resources, objects);
    ck_assert_ptr_nonnull(builtin);
}

static void end(void)
{
    kinds_free(builtin);
    registry_free(resources);
    store_free(objects);
}

/* The entry of list whose member key is name. */
static const json_t *entry(const json_t *list, const char *key, const char *name)
{
    json_t *one;
    size_t i;

    json_array_foreach((json_t *)list, i,
                       one) if (strcmp(json_string_value(json_object_get(one, key)), name) == 0) return one;
    return NULL;
}

static void equals(const json_t *have, const char *want)
{
    json_t *doc = json_loads(want, JSON_DECODE_ANY, NULL);
    char *text = json_dumps(have, JSON_COMPACT);

    ck_assert_msg(json_equal(have, doc), "%s", text);
    free(text);
    json_decref(doc);
}

static json_t *resources_of(const char *group, const char *version)
{
    size_t n;
    group_version *all = groups_list(resources, &n);
    json_t *doc = NULL;

    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].group, group) == 0 && strcmp(all[i].version, version) == 0)
            doc = document_resources(resources, &all[i]);
    free(all);
    return doc;
}

START_TEST(resources_of_the_core_group)
{
    json_t *doc, *list;

    begin();
    doc = resources_of("", "v1");
    list = json_object_get(doc, "resources");
    ck_assert_ptr_null(json_object_get(doc, "apiVersion"));
    equals(entry(list, "name", "namespaces"),
           "{\"name\":\"namespaces\",\"singularName\":\"namespace\",\"namespaced\":false,\"kind\":\"Namespace\","
           "\"verbs\":[\"create\",\"delete\",\"get\",\"list\",\"patch\",\"update\",\"watch\"],\"shortNames\":[\"ns\"],"
           "\"storageVersionHash\":\"Q3oi5N2YM8M=\"}");
    equals(entry(list, "name", "pods/eviction"),
           "{\"name\":\"pods/eviction\",\"singularName\":\"\",\"namespaced\":true,\"group\":\"policy\","
           "\"version\":\"v1\",\"kind\":\"Eviction\",\"verbs\":[\"create\"]}");
    equals(entry(list, "name", "pods/exec"), "{\"name\":\"pods/exec\",\"singularName\":\"\",\"namespaced\":true,"
                                             "\"kind\":\"PodExecOptions\",\"verbs\":[\"create\",\"get\"]}");
    json_decref(doc);
    end();
}
END_TEST

START_TEST(custom_resources_are_told_as_the_server_tells_them)
{
    static const subresource subs[] = {{.name = "status", .verbs = VERB_GET | VERB_PATCH | VERB_UPDATE},
                                       {.name = "scale",
                                        .group = "autoscaling",
                                        .version = "v1",
                                        .kind = "Scale",
                                        .verbs = VERB_GET | VERB_PATCH | VERB_UPDATE},
                                       {0}};
    resource res = {.group = "disc.example.com",
                    .version = "v1beta1",
                    .storage_version = "v1",
                    .plural = "gadgets",
                    .singular = "gadget",
                    .kind = "Gadget",
                    .namespaced = true,
                    .custom = true,
                    .verbs = VERBS_ALL,
                    .subresources = subs};
    json_t *doc;

    begin();
    ck_assert_int_eq(registry_add(resources, &res), 0);
    doc = resources_of("disc.example.com", "v1beta1");
    equals(doc, "{\"kind\":\"APIResourceList\",\"apiVersion\":\"v1\",\"groupVersion\":\"disc.example.com/v1beta1\","
                "\"resources\":[{\"name\":\"gadgets\",\"singularName\":\"gadget\",\"namespaced\":true,\"kind\":"
                "\"Gadget\",\"verbs\":[\"delete\",\"deletecollection\",\"get\",\"list\",\"patch\",\"create\","
                "\"update\",\"watch\"],\"storageVersionHash\":\"XTUcwopz6cQ=\"},{\"name\":\"gadgets/status\","
                "\"singularName\":\"\",\"namespaced\":true,\"kind\":\"Gadget\",\"verbs\":[\"get\",\"patch\","
                "\"update\"]},{\"name\":\"gadgets/scale\",\"singularName\":\"\",\"namespaced\":true,\"group\":"
                "\"autoscaling\",\"version\":\"v1\",\"kind\":\"Scale\",\"verbs\":[\"get\",\"patch\",\"update\"]}]}");
    json_decref(doc);
    doc = document_group(resources, "disc.example.com");
    equals(doc, "{\"kind\":\"APIGroup\",\"apiVersion\":\"v1\",\"name\":\"disc.example.com\",\"versions\":[{"
                "\"groupVersion\":\"disc.example.com/v1beta1\",\"version\":\"v1beta1\"}],\"preferredVersion\":{"
                "\"groupVersion\":\"disc.example.com/v1beta1\",\"version\":\"v1beta1\"}}");
    json_decref(doc);
    registry_remove(resources, &res);
    ck_assert_ptr_null(document_group(resources, "disc.example.com"));
    end();
}
END_TEST

START_TEST(aggregated)
{
    json_t *core, *others;

    begin();
    core = document_aggregated(resources, true);
    others = document_aggregated(resources, false);
    equals(json_object_get(json_array_get(json_object_get(core, "items"), 0), "metadata"), "{}");
    ck_assert_uint_eq(json_array_size(json_object_get(core, "items")), 1);
    equals(
        entry(json_object_get(
                  json_array_get(json_object_get(json_array_get(json_object_get(others, "items"), 0), "versions"), 0),
                  "resources"),
              "resource", "replicasets"),
        "{\"resource\":\"replicasets\",\"responseKind\":{\"group\":\"\",\"version\":\"\",\"kind\":\"ReplicaSet\"},"
        "\"scope\":\"Namespaced\",\"singularResource\":\"replicaset\",\"verbs\":[\"create\",\"delete\","
        "\"deletecollection\",\"get\",\"list\",\"patch\",\"update\",\"watch\"],\"shortNames\":[\"rs\"],"
        "\"categories\":[\"all\"],\"subresources\":[{\"subresource\":\"scale\",\"responseKind\":{\"group\":"
        "\"autoscaling\",\"version\":\"v1\",\"kind\":\"Scale\"},\"verbs\":[\"get\",\"patch\",\"update\"]},{"
        "\"subresource\":\"status\",\"responseKind\":{\"group\":\"\",\"version\":\"\",\"kind\":\"ReplicaSet\"},"
        "\"verbs\":[\"get\",\"patch\",\"update\"]}]}");
    json_decref(core);
    json_decref(others);
    end();
}
END_TEST

START_TEST(the_generation_tells_of_each_change)
{
    resource res = {.group = "a", .version = "v1", .plural = "b"};
    uint64_t before;

    begin();
    before = registry_generation(resources);
    ck_assert_int_eq(registry_add(resources, &res), 0);
    ck_assert_uint_ne(registry_generation(resources), before);
    before = registry_generation(resources);
    registry_remove(resources, &res);
    ck_assert_uint_ne(registry_generation(resources), before);
    end();
}
END_TEST

TESTS("documents", resources_of_the_core_group, custom_resources_are_told_as_the_server_tells_them, aggregated,
      the_generation_tells_of_each_change)
