/* managedFields on their way between an object and its subresource scale, which is another kind with one field to own. */
#include "apiserver/apply/updater.h"

#include <string.h>

#define SCALE_VERSION "autoscaling/v1"
#define SCALE_PATH "spec.replicas"

static const schema *any_version(const char *version, void *user)
{
    (void)version, (void)user;
    return &SCHEMA_ANYTHING;
}

static int read_any(pool *mem, const json_t *list, entries *ret)
{
    const managed_write w = {.schema = &SCHEMA_ANYTHING, .api_version = "", .sub = "", .other = any_version};
    const char *problem;

    return entries_read(mem, &w, list, ret, &problem);
}

static bool has(const fields *set, const fields *path)
{
    for (; path->below; path = path->below)
        set = fields_below(set, 'f', path->text);
    return fields_has(set, 'f', path->text);
}

json_t *managed_to_scale(const json_t *list, const char *path)
{
    auto_pool mem = POOL_INIT;
    const fields *from = updater_path(&mem, path), *to = updater_path(&mem, SCALE_PATH);
    entries all;

    if (mem.failed || read_any(&mem, list, &all) < 0)
        return NULL;
    for (size_t i = 0; i < all.n; i++) {
        bool there = has(all.v[i].set, from);
        entry_set(all.v + i, there ? to : NULL);
        all.v[i].api_version = SCALE_VERSION;
        all.v[i].source = NULL;
    }
    return entries_json(&mem, &all);
}

/* Who owned the replicas keeps them only if the scale says so of the very same entry, which that of an update never is: its version differs. */
static void keep_or_lose(pool *mem, entry *e, entries *scale, const fields *path)
{
    entry *same = entries_find(scale, e);

    if (!has(e->set, path))
        return;
    if (same)
        same->gone = true;
    else
        entry_set(e, fields_without(mem, e->set, path));
}

json_t *managed_from_scale(const json_t *parent, const json_t *list, const char *api_version, const char *path)
{
    auto_pool mem = POOL_INIT;
    const fields *here = updater_path(&mem, path), *there = updater_path(&mem, SCALE_PATH);
    entries all, scale;

    if (mem.failed || read_any(&mem, parent, &all) < 0 || read_any(&mem, list, &scale) < 0)
        return NULL;
    for (size_t i = 0; i < all.n; i++)
        keep_or_lose(&mem, all.v + i, &scale, here);
    for (size_t i = 0; i < scale.n && !mem.failed; i++) {
        entry e = scale.v[i], *to;
        const entry *known = entries_find(&all, &e);
        if (e.gone || !has(e.set, there))
            continue;
        e.time = known ? known->time : NULL; /* a new one has none */
        e.api_version = api_version;
        e.source = NULL;
        entry_set(&e, here);
        to = entries_add(&mem, &all, &e);
        if (to)
            *to = e;
    }
    return entries_json(&mem, &all);
}
