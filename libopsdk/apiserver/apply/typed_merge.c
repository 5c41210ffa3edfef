/* One document over another, and a document without some of its fields. */
#include "apiserver/apply/rows.h"

/* NULL: nothing is left, which is not the same as null. */
static json_t *merge(pool *mem, const place *p, json_t *from, json_t *to);

static json_t *share(json_t *v)
{
    return json_incref(v);
}

/* ---- maps ---- */

static void merge_field(pool *mem, const place *p, const char *name, json_t *from, json_t *to, json_t *out)
{
    json_t *merged;
    place child;

    place_field(p, name, &child);
    merged = merge(mem, &child, from, to);
    if (merged && json_object_set_new_nocheck(out, name, merged) < 0)
        mem->failed = true;
}

static json_t *merge_maps(pool *mem, const place *p, json_t *from, json_t *to)
{
    json_t *out = json_object(), *value;
    const char *name;

    json_object_foreach(from, name, value) merge_field(mem, p, name, value, json_object_get(to, name), out);
    json_object_foreach(to, name, value)
    {
        if (!json_object_get(from, name))
            merge_field(mem, p, name, NULL, value, out);
    }
    mem->failed = mem->failed || !out;
    if (json_object_size(out))
        return out;
    json_decref(out);
    return NULL;
}

/* ---- lists ---- */

/* Both lists, in their own order and sorted to find items in; which of the second are merged, and which of them are in the first. */
typedef struct lists {
    rows from, to, by_from, by_to;
    bool *merged; /* by place in to */
    size_t *shared, n_shared, next_shared;
} lists;

static int read_lists(pool *mem, const place *p, json_t *from, json_t *to, lists *l)
{
    const char *problem;

    if (rows_read(mem, p, from, &l->from, &problem) < 0 || rows_read(mem, p, to, &l->to, &problem) < 0)
        return -1;
    l->by_from = rows_sorted(mem, &l->from);
    l->by_to = rows_sorted(mem, &l->to);
    l->merged = pool_take(mem, l->to.n + 1);
    l->shared = pool_take(mem, (l->to.n + 1) * sizeof(*l->shared));
    if (mem->failed)
        return -1;
    for (size_t i = 0; i < l->to.n; i++) {
        l->merged[i] = false;
        if (rows_find(&l->by_from, l->to.v[i].e))
            l->shared[l->n_shared++] = i;
    }
    return 0;
}

/* The first list's item of that element; of doubles none is meant, and null stands for them. */
static json_t *counterpart(const lists *l, element e)
{
    static json_t *const none = NULL;
    const row *first = rows_find(&l->by_from, e);

    if (!first)
        return none;
    return rows_run(&l->by_from, (size_t)(first - l->by_from.v)) > 1 ? json_null() : (json_t *)first->value;
}

static void append(pool *mem, const place *of_item, json_t *from, json_t *to, json_t *out)
{
    json_t *merged = merge(mem, of_item, from, to);

    if (merged && json_array_append_new(out, merged) < 0)
        mem->failed = true;
}

static void take(pool *mem, const place *of_item, lists *l, size_t at, json_t *out)
{
    const row *r = l->to.v + at;

    l->merged[at] = true;
    append(mem, of_item, counterpart(l, r->e), (json_t *)r->value, out);
}

static bool same_element(const row *a, const row *b)
{
    return rows_order(a, b) == 0;
}

static const row *wanted(const lists *l)
{
    return l->next_shared < l->n_shared ? l->to.v + l->shared[l->next_shared] : NULL;
}

/* Items of the first list keep their place before the next one that both have; those that both have come in the second's order. */
static void weave(pool *mem, const place *of_item, lists *l, json_t *out)
{
    size_t i = 0, j = 0;

    while (i < l->from.n || j < l->to.n) {
        const row *a = i < l->from.n ? l->from.v + i : NULL, *b = j < l->to.n ? l->to.v + j : NULL,
                  *twin = a ? rows_find(&l->by_to, a->e) : NULL;
        if (a && b && same_element(a, b)) {
            take(mem, of_item, l, j++, out);
            i++;
            l->next_shared++;
        } else if (a && b && twin && wanted(l) && !same_element(wanted(l), a)) {
            i++; /* it comes later */
        } else if (a && !twin) {
            append(mem, of_item, (json_t *)a->value, NULL, out);
            i++;
        } else {
            i += twin && l->merged[twin->at];
            if (!b)
                continue;
            take(mem, of_item, l, j++, out);
            l->next_shared += wanted(l) && same_element(wanted(l), b);
        }
    }
}

static json_t *merge_lists(pool *mem, const place *p, json_t *from, json_t *to)
{
    json_t *out = json_array();
    place of_item = place_item(p);
    lists l = {0};

    mem->failed = mem->failed || !out;
    if (!mem->failed && read_lists(mem, p, from, to, &l) == 0)
        weave(mem, &of_item, &l, out);
    if (json_array_size(out))
        return out;
    json_decref(out);
    return NULL;
}

static json_t *merge(pool *mem, const place *p, json_t *from, json_t *to)
{
    enum shape shape = to ? place_shape(p, to) : place_shape(p, from);
    bool list = shape == SHAPE_LIST;
    json_t *a = list                   ? (json_is_array(from) ? from : NULL)
                : json_is_object(from) ? from
                                       : NULL,
           *b = list                 ? (json_is_array(to) ? to : NULL)
                : json_is_object(to) ? to
                                     : NULL;
    bool empty = list ? json_array_size(a) + json_array_size(b) == 0 : json_object_size(a) + json_object_size(b) == 0;

    if (!from || !to || place_atomic(p, shape) || empty)
        return share(to ? to : from);
    return list ? merge_lists(mem, p, a, b) : merge_maps(mem, p, a, b);
}

json_t *typed_merge(pool *mem, const schema *s, const json_t *from, const json_t *to)
{
    place root = place_root(s);
    json_t *out = merge(mem, &root, (json_t *)from, (json_t *)to);

    if (!mem->failed)
        return out ? out : json_object();
    json_decref(out);
    return NULL;
}

/* ---- removal ---- */

/* One level of a set, to look up quickly. */
typedef struct level {
    const fields **v;
    size_t n;
} level;

static level level_of(pool *mem, const fields *set)
{
    level l = {NULL, 0};

    for (const fields *f = set; f; f = f->next)
        l.n++;
    l.v = pool_take(mem, (l.n + 1) * sizeof(*l.v));
    for (size_t i = 0; l.v && i < l.n; i++, set = set->next)
        l.v[i] = set;
    return l;
}

static const fields *level_find(const level *l, char type, const char *text)
{
    size_t low = 0, high = l->v ? l->n : 0;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int c = fields_order(l->v[middle]->type, l->v[middle]->text, type, text);
        if (c == 0)
            return l->v[middle];
        low = c < 0 ? middle + 1 : low;
        high = c < 0 ? high : middle;
    }
    return NULL;
}

/* Never NULL; null stands for what is empty afterwards. */
static json_t *without(pool *mem, const place *p, json_t *v, const fields *set);

static json_t *list_without(pool *mem, const place *p, const json_t *v, const fields *set)
{
    level l = level_of(mem, set);
    json_t *out = json_array();
    place of_item = place_item(p);
    const char *problem;
    rows all = {0};

    if (!out || rows_read(mem, p, v, &all, &problem) < 0)
        mem->failed = true;
    for (size_t i = 0; i < all.n && !mem->failed; i++) {
        json_t *value = (json_t *)all.v[i].value;
        const fields *f = level_find(&l, all.v[i].e.type, all.v[i].e.text);
        if (f && f->member)
            continue;
        json_array_append_new(out, f && f->below ? without(mem, &of_item, value, f->below) : share(value));
    }
    return out;
}

static json_t *map_without(pool *mem, const place *p, const json_t *v, const fields *set)
{
    level l = level_of(mem, set);
    json_t *out = json_object(), *value;
    const char *name;

    mem->failed = mem->failed || !out;
    json_object_foreach((json_t *)v, name, value)
    {
        const fields *f = level_find(&l, 'f', name);
        place child;
        if (f && f->member)
            continue;
        place_field(p, name, &child);
        json_object_set_new_nocheck(out, name, f && f->below ? without(mem, &child, value, f->below) : share(value));
    }
    return out;
}

static json_t *without(pool *mem, const place *p, json_t *v, const fields *set)
{
    enum shape shape = place_shape(p, v);
    json_t *out;

    if (shape == SHAPE_SCALAR)
        return share(v);
    if (place_atomic(p, shape) || (shape == SHAPE_LIST ? !json_is_array(v) : !json_is_object(v)))
        return json_null();
    out = shape == SHAPE_LIST ? list_without(mem, p, v, set) : map_without(mem, p, v, set);
    if (json_array_size(out) + json_object_size(out))
        return out;
    json_decref(out);
    return json_null();
}

json_t *typed_remove(pool *mem, const schema *s, json_t *v, const fields *set)
{
    place root = place_root(s);
    json_t *out = without(mem, &root, v, set);

    if (!mem->failed)
        return out;
    json_decref(out);
    return NULL;
}
