#include "apiserver/schema/ratchet.h"

#include "apiserver/schema/rules.h"

#include <string.h>

/* Only what the CRD itself describes is compared. */
static const schema *child_of(const schema *shape, const char *name)
{
    const schema *child = rules_child(shape, name);

    return child && child->rules ? child : NULL;
}

ratchet ratchet_member(const ratchet *r, const char *name)
{
    const json_t *now = json_object_get(r->now, name), *old = json_object_get(r->old, name);

    if (!r->shape || !now || !old)
        return (ratchet){0};
    return (ratchet){now, old, child_of(r->shape, name)};
}

static bool same_keys(const schema *list, const json_t *a, const json_t *b)
{
    for (const char *const *key = list->keys; *key; key++) {
        const json_t *x = json_object_get(a, *key), *y = json_object_get(b, *key);
        if (!x || json_is_object(x) || json_is_array(x) || json_is_null(x) || !y || !json_equal(x, y))
            return false;
    }
    return true;
}

ratchet ratchet_item(const ratchet *r, size_t i)
{
    const json_t *now = json_array_get(r->now, i);
    size_t at;
    json_t *old;

    if (!r->shape || r->shape->topology != TOPOLOGY_MAP || !r->shape->keys || !r->shape->items || !json_is_object(now))
        return (ratchet){0};
    json_array_foreach((json_t *)r->old, at, old)
    {
        if (json_is_object(old) && same_keys(r->shape, now, old))
            return (ratchet){now, old, r->shape->items};
    }
    return (ratchet){0};
}

static bool same_list(const ratchet *r)
{
    size_t n = json_array_size(r->now), i;

    if (n != json_array_size(r->old))
        return false;
    if (r->shape->topology != TOPOLOGY_MAP)
        return json_equal(r->now, r->old);
    for (i = 0; i < n; i++) {
        ratchet item = ratchet_item(r, i);
        if (!ratchet_same(&item))
            return false;
    }
    return true;
}

static bool same_map(const ratchet *r)
{
    const char *name;
    json_t *value;

    if (json_object_size(r->now) != json_object_size(r->old))
        return false;
    json_object_foreach((json_t *)r->now, name, value)
    {
        ratchet member = ratchet_member(r, name);
        if (!ratchet_same(&member))
            return false;
    }
    return true;
}

bool ratchet_same(const ratchet *r)
{
    if (!r->shape)
        return false;
    if (json_is_array(r->now) && json_is_array(r->old))
        return same_list(r);
    if (json_is_object(r->now) && json_is_object(r->old))
        return same_map(r);
    return json_equal(r->now, r->old);
}
