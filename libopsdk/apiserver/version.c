#include "apiserver/version.h"
#include "apiserver/crd/custom.h"
#include "apiserver/join.h"
#include "apiserver/json_clone.h"

const char *version_name(const resource *res, char *room, size_t len)
{
    return join(room, len, res->group, *res->group ? '/' : '\0', res->version);
}

json_t *version_read(const resource *res, const item *it)
{
    json_t *obj = item_json(it);

    if (obj && res->strategy && res->strategy->read)
        res->strategy->read(res, obj);
    return obj;
}

json_t *version_tree(const resource *res, const item *it)
{
    json_t *tree;

    if (!res->custom && res->strategy && res->strategy->read)
        return version_read(res, it);
    tree = collection_tree(res->objects, it);
    if (!tree || !res->custom || custom_is_stored(res, tree))
        return tree;
    json_decref(tree);
    return version_read(res, it);
}

int version_store(const resource *res, json_t *obj, item **ret, failure *why)
{
    json_auto_t *stored = NULL;

    if (!res->strategy || !res->strategy->write)
        return collection_put(res->objects, obj, ret, why);
    stored = json_clone(obj);
    if (!stored)
        return failure_memory(why);
    res->strategy->write(res, stored);
    if (collection_put(res->objects, stored, NULL, why) < 0)
        return -1;
    json_object_set(json_object_get(obj, "metadata"), "resourceVersion",
                    json_object_get(json_object_get(stored, "metadata"), "resourceVersion"));
    return 0;
}
