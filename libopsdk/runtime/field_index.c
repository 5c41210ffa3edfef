#include "runtime/field_index.h"

#include "client/clock.h"
#include "core/limits.h"
#include "core/map.h"
#include "core/object.h"

#include <malloc.h>
#include <opsdk/error.h>
#include <stdlib.h>
#include <string.h>

/* Of one object and one of its values. */
typedef struct link {
    struct link *next, **at; /* of that value */
    struct group *group;
    struct record *record;
} link;

typedef struct group {
    link *first;
    char value[];
} group;

/* Of one object. */
typedef struct record {
    const char *ns, *name; /* behind the links; ns "" without */
    size_t n;
    link links[];
} record;

struct field_index {
    const char *pointer;
    map groups, records;
    size_t bytes; /* of groups and records */
    bool lost;
};

/* --- values --- */

/* Walks what an object has at a pointer. */
typedef struct walk {
    opsdk_value at, item;
    unsigned n;
} walk;

static walk walk_begin(const opsdk_object *obj, const char *pointer)
{
    return (walk){.at = opsdk_at(obj, pointer)};
}

/* A string, number or boolean as text; NULL for the rest, and for a string that would be cut at a NUL. */
static const char *text_of(opsdk_value v)
{
    const char *text = opsdk_value_str(v, NULL);

    switch (opsdk_value_type(v)) {
    case OPSDK_STRING:
        return strlen(text) == opsdk_value_len(v) ? text : NULL;
    case OPSDK_NUMBER:
        return node_read(object_data(v.obj) + v.at).text;
    case OPSDK_BOOL:
        return opsdk_value_bool(v, false) ? "true" : "false";
    case OPSDK_MAP:
        return opsdk_value_str(opsdk_value_member(v, "uid"), NULL);
    default:
        return NULL;
    }
}

/* The next value; NULL at the end. */
static const char *walk_next(walk *w)
{
    const char *text = NULL;

    if (opsdk_value_type(w->at) != OPSDK_ARRAY)
        return w->n++ == 0 && opsdk_value_type(w->at) != OPSDK_MAP ? text_of(w->at) : NULL;
    while (!text && w->n < LIMIT_INDEX_VALUES && opsdk_value_next(w->at, NULL, &w->item)) {
        text = text_of(w->item);
        w->n += text != NULL;
    }
    return text;
}

bool field_index_match(const opsdk_object *obj, const char *pointer, const char *value)
{
    walk w = walk_begin(obj, pointer);
    const char *text;

    for (text = walk_next(&w); text; text = walk_next(&w)) {
        if (strcmp(text, value) == 0)
            return true;
    }
    return false;
}

/* --- the index --- */

static opsdk_key group_key(const void *item)
{
    const group *g = item;

    return OPSDK_KEY(NULL, NULL, g->value);
}

static opsdk_key record_key(const void *item)
{
    const record *r = item;

    return OPSDK_KEY(NULL, r->ns, r->name);
}

field_index *field_index_new(const char *pointer)
{
    field_index *x = calloc(1, sizeof(*x));
    uint64_t seed = (uint64_t)clock_random() << 32 | clock_random();

    if (!x)
        return NULL;
    x->pointer = pointer;
    map_init(&x->groups, group_key, seed);
    map_init(&x->records, record_key, seed);
    return x;
}

static void clear(map *m)
{
    map_slot *slot;
    size_t at = 0;

    for (slot = map_next(m, &at); slot; slot = map_next(m, &at))
        free(slot->item);
    map_clear(m);
}

void field_index_begin(field_index *x)
{
    clear(&x->groups);
    clear(&x->records);
    x->bytes = 0;
    x->lost = false;
}

void field_index_lose(field_index *x)
{
    field_index_begin(x);
    x->lost = true;
}

field_index *field_index_free(field_index *x)
{
    if (x)
        field_index_begin(x);
    free(x);
    return NULL;
}

const char *field_index_pointer(const field_index *x)
{
    return x->pointer;
}

bool field_index_lost(const field_index *x)
{
    return x->lost;
}

size_t field_index_bytes(const field_index *x)
{
    return sizeof(*x) + x->bytes + (x->groups.cap + x->records.cap) * sizeof(map_slot);
}

static void *alloc(field_index *x, size_t size)
{
    void *block = malloc(size);

    if (block)
        x->bytes += malloc_usable_size(block);
    return block;
}

static void release(field_index *x, void *block)
{
    x->bytes -= malloc_usable_size(block);
    free(block);
}

static group *group_for(field_index *x, const char *value)
{
    map_slot *slot = map_find(&x->groups, OPSDK_KEY(NULL, NULL, value));
    size_t len = strlen(value) + 1;
    void *none;
    group *g;

    if (slot)
        return slot->item;
    g = alloc(x, sizeof(*g) + len);
    if (!g)
        return NULL;
    g->first = NULL;
    memcpy(g->value, value, len);
    if (map_put(&x->groups, g, 0, &none) == 0)
        return g;
    release(x, g);
    return NULL;
}

static void join(group *g, link *l)
{
    l->group = g;
    l->next = g->first;
    l->at = &g->first;
    if (l->next)
        l->next->at = &l->next;
    g->first = l;
}

static void leave(field_index *x, link *l)
{
    *l->at = l->next;
    if (l->next)
        l->next->at = l->at;
    if (!l->group->first)
        release(x, map_remove(&x->groups, group_key(l->group)));
}

void field_index_remove(field_index *x, opsdk_key key)
{
    record *r = map_remove(&x->records, key);

    for (size_t i = 0; r && i < r->n; i++)
        leave(x, r->links + i);
    if (r)
        release(x, r);
}

static record *record_new(field_index *x, opsdk_key key, size_t n)
{
    const char *ns = key.ns ? key.ns : "";
    size_t ns_len = strlen(ns) + 1, name_len = strlen(key.name) + 1;
    record *r = alloc(x, sizeof(*r) + n * sizeof(link) + ns_len + name_len);
    char *text = r ? (char *)(r->links + n) : NULL;

    if (!r)
        return NULL;
    *r = (record){.ns = memcpy(text, ns, ns_len), .name = memcpy(text + ns_len, key.name, name_len)};
    return r;
}

/* False: it is half done. */
static bool add(field_index *x, const opsdk_object *obj, size_t n)
{
    record *r = record_new(x, opsdk_object_key(obj), n);
    walk w = walk_begin(obj, x->pointer);
    void *none;

    if (!r)
        return false;
    if (map_put(&x->records, r, 0, &none) < 0) {
        release(x, r);
        return false;
    }
    for (; r->n < n; r->n++) {
        link *l = r->links + r->n;
        group *g = group_for(x, walk_next(&w));
        if (!g)
            return false;
        l->record = r;
        join(g, l);
    }
    return true;
}

void field_index_put(field_index *x, const opsdk_object *obj)
{
    walk w = walk_begin(obj, x->pointer);
    size_t n = 0;

    if (x->lost)
        return;
    field_index_remove(x, opsdk_object_key(obj));
    while (walk_next(&w))
        n++;
    if (n > 0 && !add(x, obj, n))
        field_index_lose(x);
}

bool field_index_knows(const field_index *x, const opsdk_object *obj)
{
    map_slot *slot = map_find(&x->records, opsdk_object_key(obj));
    const record *r = slot ? slot->item : NULL;
    walk w = walk_begin(obj, x->pointer);
    const char *text = walk_next(&w);
    size_t n = 0;

    for (; r && text && n < r->n && strcmp(r->links[n].group->value, text) == 0; n++)
        text = walk_next(&w);
    return x->lost || (!text && n == (r ? r->n : 0));
}

void field_index_find(const field_index *x, const char *value, field_index_fn *each, void *user)
{
    map_slot *slot = map_find(&x->groups, OPSDK_KEY(NULL, NULL, value));
    const group *g = slot ? slot->item : NULL;

    for (const link *l = g ? g->first : NULL; l; l = l->next)
        each(OPSDK_KEY(NULL, *l->record->ns ? l->record->ns : NULL, l->record->name), user);
}

/* --- several --- */

int field_indexes_add(field_indexes *all, const char *pointer)
{
    field_index **grown, *x;

    if (field_indexes_find(all, pointer))
        return 0;
    grown = realloc(all->items, (all->len + 1) * sizeof(field_index *));
    if (!grown)
        return OPSDK_ENOMEM;
    all->items = grown;
    x = field_index_new(pointer);
    if (!x)
        return OPSDK_ENOMEM;
    all->items[all->len++] = x;
    return 0;
}

void field_indexes_clear(field_indexes *all)
{
    for (size_t i = 0; i < all->len; i++)
        field_index_free(all->items[i]);
    free(all->items);
    *all = (field_indexes){0};
}

const field_index *field_indexes_find(const field_indexes *all, const char *pointer)
{
    for (size_t i = 0; i < all->len; i++) {
        if (strcmp(all->items[i]->pointer, pointer) == 0)
            return all->items[i];
    }
    return NULL;
}

bool field_indexes_know(const field_indexes *all, const opsdk_object *obj)
{
    for (size_t i = 0; i < all->len; i++) {
        if (!field_index_knows(all->items[i], obj))
            return false;
    }
    return true;
}

void field_indexes_put(field_indexes *all, const opsdk_object *obj)
{
    for (size_t i = 0; i < all->len; i++)
        field_index_put(all->items[i], obj);
}

void field_indexes_remove(field_indexes *all, opsdk_key key)
{
    for (size_t i = 0; i < all->len; i++)
        field_index_remove(all->items[i], key);
}

size_t field_indexes_bytes(const field_indexes *all)
{
    size_t n = 0;

    for (size_t i = 0; i < all->len; i++)
        n += field_index_bytes(all->items[i]);
    return n;
}
