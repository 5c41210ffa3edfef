#include "apiserver/json_clone.h"

typedef json_t *copy_fn(const json_t *v);

static json_t *clone_map(const json_t *map, copy_fn *copy)
{
    json_t *out = json_object();

    for (void *at = json_object_iter((json_t *)map); out && at; at = json_object_iter_next((json_t *)map, at)) {
        const char *key = json_object_iter_key(at);
        if (json_object_setn_new_nocheck(out, key, json_object_iter_key_len(at), copy(json_object_iter_value(at))) == 0)
            continue;
        json_decref(out);
        return NULL;
    }
    return out;
}

static json_t *clone_list(const json_t *list, copy_fn *copy)
{
    json_t *out = json_array();

    for (size_t i = 0; out && i < json_array_size(list); i++) {
        if (json_array_append_new(out, copy(json_array_get(list, i))) == 0)
            continue;
        json_decref(out);
        return NULL;
    }
    return out;
}

static json_t *clone_with(const json_t *v, copy_fn *copy)
{
    if (json_is_object(v))
        return clone_map(v, copy);
    if (json_is_array(v))
        return clone_list(v, copy);
    return json_incref((json_t *)v);
}

json_t *json_clone(const json_t *v)
{
    return clone_with(v, json_clone);
}

static json_t *share(const json_t *v)
{
    return json_incref((json_t *)v);
}

json_t *json_clone_top(const json_t *v)
{
    return clone_with(v, share);
}
