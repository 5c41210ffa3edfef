/* The type of a custom resource: what its CRD says, with what every object has. */
#include "apiserver/discovery/openapi.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"

static void publish(json_t *doc, int depth);

static void publish_all(json_t *schemas, int depth)
{
    const char *name;
    json_t *one;

    json_object_foreach(schemas, name, one) publish(one, depth);
}

static void set_metadata(json_t *properties)
{
    json_object_set_new(properties, "metadata", json_pack("{s:[o]}", "allOf", openapi_ref(OPENAPI_META "ObjectMeta")));
}

static void set_text(json_t *properties, const char *name)
{
    json_object_set_new(properties, name, json_pack("{s:s}", "type", "string"));
}

static json_t *common_properties(json_t *doc)
{
    json_t *properties = doc_make(doc, "properties");

    set_text(properties, "apiVersion");
    set_text(properties, "kind");
    set_metadata(properties);
    return properties;
}

static void require(json_t *doc, const char *name)
{
    json_t *list = json_object_get(doc, "required");

    if (!list) {
        list = json_array();
        json_object_set_new(doc, "required", list);
    }
    if (!doc_has(list, name))
        json_array_append_new(list, json_string(name));
}

static json_t *integer_or_string(void)
{
    return json_pack("[{s:s}, {s:s}]", "type", "integer", "type", "string");
}

/* What the extension means, for those that do not know it. */
static void unfold(json_t *doc)
{
    json_t *any = json_object_get(doc, "anyOf"), *all = json_object_get(doc, "allOf"), *want = integer_or_string();
    bool said = json_equal(any, want) || json_equal(json_object_get(json_array_get(all, 0), "anyOf"), want);

    if (!said && !any) {
        json_object_set(doc, "anyOf", want);
    } else if (!said) {
        if (!all)
            json_object_set_new(doc, "allOf", json_array());
        json_array_insert_new(json_object_get(doc, "allOf"), 0, json_pack("{s:O}", "anyOf", want));
    }
    json_decref(want);
}

/* Makes of a CRD's schema what is published of it, in place. */
static void publish(json_t *doc, int depth)
{
    if (!json_is_object(doc) || depth > LIMIT_DEPTH)
        return;
    json_object_del(doc, "example");
    json_object_del(doc, "externalDocs");
    publish_all(json_object_get(doc, "properties"), depth + 1);
    publish(json_object_get(doc, "items"), depth + 1);
    publish(json_object_get(doc, "additionalProperties"), depth + 1);
    if (doc_flag(doc, "x-kubernetes-int-or-string"))
        unfold(doc);
    if (!doc_flag(doc, "x-kubernetes-embedded-resource"))
        return;
    common_properties(doc);
    require(doc, "kind");
    require(doc, "apiVersion");
}

json_t *openapi_custom(const resource *res)
{
    json_t *doc = res->openapi ? json_clone(res->openapi) : json_pack("{s:s}", "type", "object");

    if (!res->openapi)
        return doc;
    publish(doc, 0);
    common_properties(doc);
    return doc;
}
