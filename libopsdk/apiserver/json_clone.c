#include "apiserver/json_clone.h"

static json_t *clone_map(const json_t *map)
{
    json_t *copy = json_object();

    for (void *at = json_object_iter((json_t *)map); copy && at; at = json_object_iter_next((json_t *)map, at)) {
        const char *key = json_object_iter_key(at);
        if (json_object_setn_new_nocheck(copy, key, json_object_iter_key_len(at),
                                         json_clone(json_object_iter_value(at))) == 0)
            continue;
        json_decref(copy);
        return NULL;
    }
    return copy;
}

static json_t *clone_list(const json_t *list)
{
    json_t *copy = json_array();

    for (size_t i = 0; copy && i < json_array_size(list); i++) {
        if (json_array_append_new(copy, json_clone(json_array_get(list, i))) == 0)
            continue;
        json_decref(copy);
        return NULL;
    }
    return copy;
}

json_t *json_clone(const json_t *v)
{
    if (json_is_object(v))
        return clone_map(v);
    if (json_is_array(v))
        return clone_list(v);
    return json_incref((json_t *)v);
}
