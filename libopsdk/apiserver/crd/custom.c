#include "apiserver/crd/custom.h"

#include "apiserver/crd/crds.h"
#include "apiserver/crd/version.h"
#include "apiserver/meta.h"
#include "apiserver/schema/decode.h"

#include <string.h>

static const crd_version *version_of(const call *c)
{
    return c->res->owner;
}

static bool is_status(const call *c)
{
    return c->sub && strcmp(c->sub->name, "status") == 0;
}

static void take_over(json_t *obj, const json_t *old, const char *name)
{
    const json_t *value = json_object_get(old, name);

    if (value)
        json_object_set_new(obj, name, json_deep_copy(value));
    else
        json_object_del(obj, name);
}

static bool same_but_metadata(const json_t *a, const json_t *b)
{
    const char *name;
    json_t *value;
    size_t n = 0;

    json_object_foreach((json_t *)a, name, value)
    {
        if (strcmp(name, "metadata") == 0)
            continue;
        if (!json_equal(value, json_object_get(b, name)))
            return false;
        n++;
    }
    return json_object_size(b) - (json_object_get(b, "metadata") ? 1 : 0) == n;
}

/* Only status comes from the client, and what is said of who owns which field. */
static int prepare_status(json_t *obj, const json_t *old, failure *why)
{
    json_auto_t *status = json_incref(json_object_get(obj, "status")),
                *managed = json_incref(json_object_get(meta_of(obj), "managedFields")), *copy = json_deep_copy(old);

    if (!copy)
        return failure_memory(why);
    json_object_clear(obj);
    json_object_update(obj, copy);
    if (status)
        json_object_set(obj, "status", status);
    else
        json_object_del(obj, "status");
    if (managed)
        json_object_set(meta_of(obj), "managedFields", managed);
    else
        json_object_del(meta_of(obj), "managedFields");
    return 0;
}

static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    if (old && is_status(c))
        return prepare_status(obj, old, why);
    if (version_of(c)->status)
        take_over(obj, old, "status");
    if (!old)
        json_object_set_new(meta_of(obj), "generation", json_integer(1));
    else if (!same_but_metadata(obj, old))
        json_object_set_new(meta_of(obj), "generation", json_integer(meta_generation(old) + 1));
    return 0;
}

static void stored(call *c, const json_t *now, const json_t *old)
{
    (void)old;
    if (!now)
        crds_object_gone(c->server, c->res);
}

const strategy CUSTOM_STRATEGY = {.prepare = prepare, .stored = stored};

int custom_scale(call *c, failure *why)
{
    (void)c;
    return failure_set(why, 501, "NotImplemented", "scale is not there yet");
}

json_t *custom_name_cell(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_string(meta_text(obj, "name"));
}
