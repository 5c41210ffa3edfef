#include "runtime/cache.h"

#include <opsdk/selector.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    const opsdk_kind *kind;
    const char *labels, *fields;
    store *store;
} entry;

struct opsdk_cache {
    const char *default_ns;
    entry *entries;
    size_t len;
};

opsdk_cache *cache_new(const char *default_ns)
{
    opsdk_cache *c = calloc(1, sizeof(*c));

    if (c)
        c->default_ns = default_ns;
    return c;
}

opsdk_cache *cache_free(opsdk_cache *c)
{
    if (!c)
        return NULL;
    for (size_t i = 0; i < c->len; i++)
        store_free(c->entries[i].store);
    free(c->entries);
    free(c);
    return NULL;
}

static bool kind_same(const opsdk_kind *a, const opsdk_kind *b)
{
    return a == b || (strcmp(a->api_version, b->api_version) == 0 && strcmp(a->kind, b->kind) == 0);
}

static bool text_same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

store *cache_store(opsdk_cache *c, const opsdk_kind *kind, const char *labels, const char *fields)
{
    entry *grown;
    store *s;

    for (size_t i = 0; i < c->len; i++) {
        entry *e = c->entries + i;
        if (kind_same(e->kind, kind) && text_same(e->labels, labels) && text_same(e->fields, fields))
            return e->store;
    }
    grown = realloc(c->entries, (c->len + 1) * sizeof(entry));
    if (!grown)
        return NULL;
    c->entries = grown;
    s = store_new();
    if (s)
        c->entries[c->len++] = (entry){kind, labels, fields, s};
    return s;
}

opsdk_object *opsdk_cache_get(opsdk_cache *cache, opsdk_key key)
{
    opsdk_object *obj = NULL;

    if (!key.kind || !key.name)
        return NULL;
    if (key.kind->cluster_scoped)
        key.ns = NULL;
    else if (!key.ns)
        key.ns = cache->default_ns;
    for (size_t i = 0; i < cache->len && !obj; i++) {
        auto_compact *packed = NULL;
        if (kind_same(cache->entries[i].kind, key.kind))
            packed = store_find(cache->entries[i].store, key);
        if (packed)
            compact_open(packed, &obj);
    }
    return obj;
}

static int by_key(const void *a, const void *b)
{
    opsdk_key x = compact_key(*(compact *const *)a), y = compact_key(*(compact *const *)b);
    int r = strcmp(x.ns ? x.ns : "", y.ns ? y.ns : "");

    return r ? r : strcmp(x.name, y.name);
}

/* Opens one after the other, and keeps those that match; not what the one before it is already (two watches may see the same object). */
static int open_matching(const compacts *from, const opsdk_value *selector, opsdk_objects *ret, opsdk_error *err)
{
    bool all = !selector || !selector->obj;

    ret->items = malloc((from->len + 1) * sizeof(opsdk_object *));
    if (!ret->items)
        return opsdk_error_set(err, OPSDK_ENOMEM, "cache: out of memory for %zu objects", from->len);
    for (size_t i = 0; i < from->len; i++) {
        opsdk_auto_object *obj = NULL;
        int r;
        if (i > 0 && by_key(from->items + i - 1, from->items + i) == 0)
            continue;
        r = compact_open(from->items[i], &obj);
        if (r < 0)
            return opsdk_error_set(err, r, "cache: out of memory for an object");
        r = all ? 1 : opsdk_selector_match(*selector, obj, err);
        if (r < 0)
            return r;
        if (r > 0)
            ret->items[ret->len++] = opsdk_object_ref(obj);
    }
    return 0;
}

int opsdk_cache_select(opsdk_cache *cache, const opsdk_kind *kind, const char *ns, const opsdk_value *selector,
                       opsdk_objects *ret, opsdk_error *err)
{
    opsdk_auto_objects list = {0};
    auto_compacts found = {0};
    bool known = false;
    int r;

    for (size_t i = 0; i < cache->len; i++) {
        if (!kind_same(cache->entries[i].kind, kind))
            continue;
        known = true;
        r = store_collect(cache->entries[i].store, kind->cluster_scoped ? NULL : ns, &found);
        if (r < 0)
            return opsdk_error_set(err, r, "cache of %s: out of memory", kind->plural);
    }
    if (!known)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s are not watched: name the kind in the handler's table",
                               kind->plural);

    if (found.len > 1)
        qsort(found.items, found.len, sizeof(found.items[0]), by_key);
    r = open_matching(&found, selector, &list, err);
    if (r < 0)
        return r;
    *ret = list;
    list = (opsdk_objects){0};
    return 0;
}

size_t opsdk_cache_count(opsdk_cache *cache, const opsdk_kind *kind, const char *ns)
{
    size_t n = 0;

    for (size_t i = 0; i < cache->len; i++) {
        if (kind_same(cache->entries[i].kind, kind))
            n += store_count(cache->entries[i].store, kind->cluster_scoped ? NULL : ns);
    }
    return n;
}
