#include "apiserver/discovery/openapi.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/kinds/kinds.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static apiserver server;

static void begin(void)
{
    server.resources = registry_new();
    server.objects = store_new();
    server.kinds = kinds_new(server.resources, server.objects);
    ck_assert_ptr_nonnull(server.kinds);
}

static void end(void)
{
    openapi_free(server.openapi);
    kinds_free(server.kinds);
    registry_free(server.resources);
    store_free(server.objects);
    server = (apiserver){0};
}

/* ---- documents ---- */

static json_t *document(const char *group, const char *version)
{
    size_t n;
    group_version *all = groups_list(server.resources, &n);
    json_t *doc = NULL;

    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].group, group) == 0 && strcmp(all[i].version, version) == 0)
            doc = openapi_document(&all[i]);
    free(all);
    ck_assert_ptr_nonnull(doc);
    return doc;
}

static json_t *schema_in(const json_t *doc, const char *name)
{
    json_t *found = json_object_get(json_object_get(json_object_get(doc, "components"), "schemas"), name);

    ck_assert_msg(json_is_object(found), "no %s", name);
    return found;
}

static void equals(const json_t *have, const char *want)
{
    json_t *doc = json_loads(want, JSON_DECODE_ANY, NULL);
    char *text = json_dumps(have, JSON_COMPACT);

    ck_assert_msg(doc && json_equal(have, doc), "%s", text);
    free(text);
    json_decref(doc);
}

static const json_t *field_of(const json_t *type, const char *name)
{
    return json_object_get(json_object_get(type, "properties"), name);
}

START_TEST(a_type_is_what_the_real_server_says_but_for_descriptions)
{
    json_t *doc;

    begin();
    doc = document("coordination.k8s.io", "v1");
    equals(schema_in(doc, "io.k8s.api.coordination.v1.Lease"),
           "{\"type\":\"object\",\"properties\":{\"apiVersion\":{\"type\":\"string\"},\"kind\":{\"type\":\"string\"},"
           "\"metadata\":{\"default\":{},\"allOf\":[{\"$ref\":\"#/components/schemas/"
           "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta\"}]},\"spec\":{\"default\":{},\"allOf\":[{\"$ref\":"
           "\"#/components/schemas/io.k8s.api.coordination.v1.LeaseSpec\"}]}},\"x-kubernetes-group-version-kind\":[{"
           "\"group\":\"coordination.k8s.io\",\"kind\":\"Lease\",\"version\":\"v1\"}]}");
    equals(field_of(schema_in(doc, "io.k8s.api.coordination.v1.LeaseSpec"), "leaseDurationSeconds"),
           "{\"type\":\"integer\",\"format\":\"int32\"}");
    equals(schema_in(doc, "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"),
           "{\"type\":\"string\",\"format\":\"date-time\"}");
    equals(json_object_get(schema_in(doc, "io.k8s.api.coordination.v1.LeaseList"), "required"), "[\"items\"]");
    json_decref(doc);
    end();
}
END_TEST

START_TEST(merging_is_described)
{
    json_t *doc;
    const json_t *pod;

    begin();
    doc = document("", "v1");
    pod = schema_in(doc, "io.k8s.api.core.v1.PodSpec");
    equals(field_of(pod, "containers"),
           "{\"type\":\"array\",\"items\":{\"default\":{},\"allOf\":[{\"$ref\":\"#/components/schemas/"
           "io.k8s.api.core.v1.Container\"}]},\"x-kubernetes-list-type\":\"map\",\"x-kubernetes-list-map-keys\":["
           "\"name\"],\"x-kubernetes-patch-strategy\":\"merge\",\"x-kubernetes-patch-merge-key\":\"name\"}");
    equals(json_object_get(field_of(pod, "volumes"), "x-kubernetes-patch-strategy"), "\"merge,retainKeys\"");
    equals(json_object_get(field_of(pod, "nodeSelector"), "x-kubernetes-map-type"), "\"atomic\"");
    equals(json_object_get(pod, "required"), "[\"containers\"]");
    equals(schema_in(doc, "io.k8s.apimachinery.pkg.util.intstr.IntOrString"),
           "{\"format\":\"int-or-string\",\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}");
    json_decref(doc);
    end();
}
END_TEST

static const json_t *operation(const json_t *doc, const char *path, const char *method)
{
    return json_object_get(json_object_get(json_object_get(doc, "paths"), path), method);
}

static bool has_parameter(const json_t *list, const char *name)
{
    json_t *one;
    size_t i;

    json_array_foreach((json_t *)list, i, one) if (doc_is(one, "name", name)) return true;
    return false;
}

START_TEST(operations)
{
    static const char one[] = "/api/v1/namespaces/{namespace}/pods/{name}";
    json_t *doc;
    const json_t *patch;

    begin();
    doc = document("", "v1");
    patch = operation(doc, one, "patch");
    equals(json_object_get(patch, "x-kubernetes-group-version-kind"),
           "{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"}");
    ck_assert(has_parameter(json_object_get(patch, "parameters"), "fieldValidation"));
    ck_assert(!has_parameter(json_object_get(operation(doc, one, "get"), "parameters"), "fieldValidation"));
    ck_assert(has_parameter(operation(doc, one, "parameters"), "namespace"));
    equals(json_object_get(operation(doc, "/api/v1/pods", "get"), "x-kubernetes-action"), "\"list\"");
    ck_assert_ptr_null(operation(doc, "/api/v1/pods", "post"));
    ck_assert_ptr_nonnull(operation(doc, "/api/v1/nodes/{name}", "delete"));
    equals(json_object_get(operation(doc, "/api/v1/namespaces/{namespace}/pods/{name}/exec", "post"),
                           "x-kubernetes-action"),
           "\"connect\"");
    json_decref(doc);
    end();
}
END_TEST

/* A type within itself, and types that are free. */
START_TEST(schemas_of_schemas)
{
    json_t *doc;
    const json_t *type;

    begin();
    doc = document("apiextensions.k8s.io", "v1");
    type = schema_in(doc, "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
    equals(json_object_get(field_of(type, "not"), "allOf"),
           "[{\"$ref\":\"#/components/schemas/"
           "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps\"}]");
    equals(schema_in(doc, "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON"), "{}");
    json_decref(doc);
    end();
}
END_TEST

/* ---- of CRDs ---- */

static const selectable selectables[] = {{.name = "spec.color"}, {0}};
static resource widgets = {.group = "shop.example.com",
                           .version = "v1",
                           .plural = "widgets",
                           .singular = "widget",
                           .kind = "Widget",
                           .list_kind = "Widgets",
                           .namespaced = true,
                           .custom = true,
                           .selectables = selectables,
                           .verbs = VERBS_ALL};

static json_t *widget_type(const char *said)
{
    json_t *doc, *type;

    widgets.openapi = said ? json_loads(said, 0, NULL) : NULL;
    ck_assert(!said || widgets.openapi);
    ck_assert_int_eq(registry_add(server.resources, &widgets), 0);
    doc = document("shop.example.com", "v1");
    equals(json_object_get(schema_in(doc, "com.example.shop.v1.Widgets"), "x-kubernetes-group-version-kind"),
           "[{\"group\":\"shop.example.com\",\"version\":\"v1\",\"kind\":\"Widgets\"}]");
    type = json_incref(schema_in(doc, "com.example.shop.v1.Widget"));
    equals(json_object_get(type, "x-kubernetes-selectable-fields"), "[{\"fieldPath\":\"spec.color\"}]");
    json_decref(doc);
    json_decref((json_t *)widgets.openapi);
    return type;
}

START_TEST(a_custom_type_is_what_its_crd_says)
{
    static const char said[] =
        "{\"type\":\"object\",\"description\":\"A thing.\",\"properties\":{\"metadata\":{\"type\":\"object\"},"
        "\"port\":{\"x-kubernetes-int-or-string\":true},\"either\":{\"x-kubernetes-int-or-string\":true,\"anyOf\":[{"
        "\"minimum\":1},{\"pattern\":\"a\"}]},\"within\":{\"type\":\"object\",\"x-kubernetes-embedded-resource\":true,"
        "\"x-kubernetes-preserve-unknown-fields\":true}}}";
    json_t *type;

    begin();
    type = widget_type(said);
    equals(json_object_get(type, "description"), "\"A thing.\"");
    equals(field_of(type, "metadata"), "{\"allOf\":[{\"$ref\":\"#/components/schemas/"
                                       "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta\"}]}");
    equals(field_of(type, "kind"), "{\"type\":\"string\"}");
    equals(json_object_get(field_of(type, "port"), "anyOf"), "[{\"type\":\"integer\"},{\"type\":\"string\"}]");
    equals(json_object_get(field_of(type, "either"), "allOf"),
           "[{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}]");
    equals(json_object_get(field_of(type, "within"), "required"), "[\"kind\",\"apiVersion\"]");
    ck_assert_ptr_nonnull(field_of(field_of(type, "within"), "metadata"));
    json_decref(type);
    end();
}
END_TEST

/* With properties, kubectl would refuse all others. */
START_TEST(a_custom_type_without_a_schema_has_no_properties)
{
    json_t *type;

    begin();
    type = widget_type(NULL);
    equals(json_object_get(type, "type"), "\"object\"");
    ck_assert_ptr_null(json_object_get(type, "properties"));
    json_decref(type);
    end();
}
END_TEST

/* ---- v2 ---- */

START_TEST(v2_has_the_types_of_all_groups)
{
    json_t *doc, *types;

    begin();
    widgets.openapi = json_loads("{\"type\":\"object\",\"properties\":{\"open\":{\"type\":\"object\",\"properties\":{"
                                 "\"a\":{\"type\":\"string\"}},\"x-kubernetes-preserve-unknown-fields\":true}}}",
                                 0, NULL);
    ck_assert_int_eq(registry_add(server.resources, &widgets), 0);
    doc = openapi_v2_document(server.resources);
    types = json_object_get(doc, "definitions");
    equals(field_of(json_object_get(types, "io.k8s.api.core.v1.PodSpec"), "containers"),
           "{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/io.k8s.api.core.v1.Container\"},"
           "\"x-kubernetes-list-type\":\"map\",\"x-kubernetes-list-map-keys\":[\"name\"],"
           "\"x-kubernetes-patch-strategy\":\"merge\",\"x-kubernetes-patch-merge-key\":\"name\"}");
    equals(json_object_get(types, "io.k8s.apimachinery.pkg.api.resource.Quantity"), "{\"type\":\"string\"}");
    ck_assert_ptr_nonnull(json_object_get(types, "io.k8s.api.apps.v1.Deployment"));
    equals(field_of(json_object_get(types, "com.example.shop.v1.Widget"), "open"),
           "{\"x-kubernetes-preserve-unknown-fields\":true}");
    json_decref(doc);
    json_decref((json_t *)widgets.openapi);
    end();
}
END_TEST

/* Of a message: the fields' numbers in room; -1 when lengths do not fit. */
static int fields_in(const unsigned char *p, size_t len, unsigned *room, int most)
{
    const unsigned char *end = p + len;
    int n = 0;

    while (p < end && n < most) {
        uint64_t key = 0, size = 0;
        for (int shift = 0; p < end; shift += 7) {
            key |= (uint64_t)(*p & 127) << shift;
            if (!(*p++ & 128))
                break;
        }
        for (int shift = 0; p < end; shift += 7) {
            size |= (uint64_t)(*p & 127) << shift;
            if (!(*p++ & 128))
                break;
        }
        if ((key & 7) != 2 || size > (uint64_t)(end - p))
            return -1;
        room[n++] = (unsigned)(key >> 3);
        p += size;
    }
    return n;
}

START_TEST(v2_in_protobuf)
{
    json_t *doc =
        json_loads("{\"swagger\":\"2.0\",\"info\":{\"title\":\"t\",\"version\":\"v\"},\"definitions\":{\"T\":{\"type\":"
                   "\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#/definitions/U\"}},\"x-b\":1}}}",
                   0, NULL);
    static const char want[] = "\x0a\x03"
                               "2.0\x12\x06\x0a\x01t\x12\x01v\x42\x00\x4a";
    unsigned numbers[8];
    buf out = BUF_INIT(1 << 20);

    ck_assert_int_eq(openapi_v2_proto(doc, &out), 0);
    ck_assert_int_eq(fields_in((unsigned char *)out.data, out.len, numbers, 8), 4);
    ck_assert_uint_eq(numbers[0], 1);
    ck_assert_uint_eq(numbers[3], 9);
    ck_assert_mem_eq(out.data, want, sizeof(want) - 1);
    ck_assert_ptr_nonnull(memmem(out.data, out.len,
                                 "\x9a\x01\x01"
                                 "a\xb2\x01\x08\x0a\x06object",
                                 14));
    ck_assert_ptr_nonnull(memmem(out.data, out.len,
                                 "\x0a\x03x-b\x12\x03\x12\x01"
                                 "1",
                                 10));
    ck_assert_int_eq(openapi_v2_proto(NULL, &out), -1);
    buf_clear(&out);
    json_decref(doc);
}
END_TEST

/* ---- answers ---- */

static call ask(const char *path, const char *accept, const char *none_match)
{
    call c = {.server = &server, .body = BUF_INIT(64u << 20), .status = 200};
    auto_failure why = {0};
    size_t len = strlen("/openapi/v3");

    c.rq = (request){.method = "GET", .path = path, .accept = accept, .if_none_match = none_match};
    ck_assert_int_eq(
        (path[len - 1] == '2' ? openapi_v2_answer : openapi_answer)(&c, path + len + (path[len] == '/'), &why), 0);
    return c;
}

static void done(call *c)
{
    buf_clear(&c->body);
    free(c->etag);
}

static char *link_to(const char *name)
{
    call c = ask("/openapi/v3", "", "");
    json_t *doc = json_loadb(c.body.data, c.body.len, 0, NULL);
    const char *url = doc_text(json_object_get(json_object_get(doc, "paths"), name), "serverRelativeURL");
    char *copy = *url ? strdup(url) : NULL;

    ck_assert_int_eq(c.status, 200);
    json_decref(doc);
    done(&c);
    return copy;
}

START_TEST(the_index_follows_crds)
{
    char *before, *after, *gone;

    begin();
    before = link_to("apis/apps/v1");
    ck_assert_ptr_nonnull(before);
    ck_assert_ptr_null(link_to("apis/shop.example.com/v1"));
    widgets.openapi = NULL;
    ck_assert_int_eq(registry_add(server.resources, &widgets), 0);
    after = link_to("apis/apps/v1");
    gone = link_to("apis/shop.example.com/v1");
    ck_assert_str_eq(before, after);
    ck_assert_int_eq(strncmp(gone, "/openapi/v3/apis/shop.example.com/v1?hash=", 42), 0);
    registry_remove(server.resources, &widgets);
    ck_assert_ptr_null(link_to("apis/shop.example.com/v1"));
    free(before);
    free(after);
    free(gone);
    end();
}
END_TEST

START_TEST(copies_that_clients_have)
{
    call first, again;

    begin();
    first = ask("/openapi/v3/apis/apps/v1", "application/json", "");
    ck_assert_int_eq(first.status, 200);
    again = ask("/openapi/v3/apis/apps/v1", "", first.etag);
    ck_assert_int_eq(again.status, 304);
    ck_assert_uint_eq(again.body.len, 0);
    done(&first);
    done(&again);
    end();
}
END_TEST

static void refused(const char *path, const char *accept, int status)
{
    call c = ask(path, accept, "");

    ck_assert_int_eq(c.status, status);
    done(&c);
}

START_TEST(v2_in_what_is_accepted)
{
    call json, proto;

    begin();
    json = ask("/openapi/v2", "", "");
    ck_assert_int_eq(json.status, 200);
    ck_assert_str_eq(json.type, "application/json");
    proto = ask("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", "");
    ck_assert_int_eq(proto.status, 200);
    ck_assert_int_eq(proto.body.data[0], 0x0a);
    refused("/openapi/v2", "text/html", 406);
    refused("/openapi/v2/x", "", 404);
    done(&json);
    done(&proto);
    end();
}
END_TEST

START_TEST(what_there_is_not)
{
    begin();
    refused("/openapi/v3/", "", 404);
    refused("/openapi/v3/api/v2", "", 404);
    refused("/openapi/v3/apis/apps", "", 404);
    refused("/openapi/v3/api/v1", "application/com.github.proto-openapi.spec.v3@v1.0+protobuf", 406);
    end();
}
END_TEST

TESTS("openapi", a_type_is_what_the_real_server_says_but_for_descriptions, merging_is_described, operations,
      schemas_of_schemas, a_custom_type_is_what_its_crd_says, a_custom_type_without_a_schema_has_no_properties,
      v2_has_the_types_of_all_groups, v2_in_protobuf, the_index_follows_crds, copies_that_clients_have,
      v2_in_what_is_accepted, what_there_is_not)
