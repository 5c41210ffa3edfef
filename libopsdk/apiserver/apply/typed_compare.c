#include "apiserver/apply/rows.h"
#include "apiserver/apply/typed.h"

#include <string.h>

enum { REMOVED, MODIFIED, ADDED, CHANGES };

/* What becomes of one path: is it itself in a set, and what is below it. */
typedef struct change {
    fields_list list[CHANGES];
    const fields *below[CHANGES];
    bool member[CHANGES];
} change;

static int compare(pool *mem, const place *p, const json_t *from, const json_t *to, change *c);

static void leaf(const json_t *from, const json_t *to, change *c)
{
    if (!from)
        c->member[ADDED] = true;
    else if (!to)
        c->member[REMOVED] = true;
    else if (!value_equal(from, to))
        c->member[MODIFIED] = true;
}

static void attach(pool *mem, change *parent, char type, const char *text, const change *child)
{
    for (int i = 0; i < CHANGES; i++)
        fields_list_add(mem, parent->list + i, type, text, child->member[i], child->below[i]);
}

static int compare_child(pool *mem, const place *p, element e, const json_t *from, const json_t *to, change *parent)
{
    change child = {0};

    if (compare(mem, p, from, to, &child) < 0)
        return -1;
    attach(mem, parent, e.type, e.text, &child);
    return 0;
}

static int compare_field(pool *mem, const place *p, const char *name, const json_t *from, const json_t *to, change *c)
{
    place child;

    place_field(p, name, &child);
    return compare_child(mem, &child, (element){name, 'f'}, from, to, c);
}

/* A value that is one and the same thing on both sides, whatever its type is. */
static bool is_untouched(const json_t *from, const json_t *to)
{
    if (!from || !to || json_typeof(from) != json_typeof(to) || json_is_object(to) || json_is_array(to))
        return false;
    return from == to || json_equal(from, to);
}

/* The value of that name; mostly both sides have the same members in the same order, so that it is where *at is. */
static json_t *same_name(const json_t *map, void **at, const char *name, size_t len)
{
    if (*at && json_object_iter_key_len(*at) == len && memcmp(json_object_iter_key(*at), name, len) == 0) {
        json_t *value = json_object_iter_value(*at);
        *at = json_object_iter_next((json_t *)map, *at);
        return value;
    }
    return json_object_getn(map, name, len);
}

static int compare_maps(pool *mem, const place *p, const json_t *from, const json_t *to, change *c)
{
    void *beside = json_object_iter((json_t *)from);
    size_t found = 0;
    const char *name;
    json_t *value;

    for (void *at = json_object_iter((json_t *)to); at; at = json_object_iter_next((json_t *)to, at)) {
        const json_t *before = same_name(from, &beside, json_object_iter_key(at), json_object_iter_key_len(at));
        value = json_object_iter_value(at);
        found += before != NULL;
        if (!is_untouched(before, value) && compare_field(mem, p, json_object_iter_key(at), before, value, c) < 0)
            return -1;
    }
    if (found == json_object_size(from))
        return 0;
    json_object_foreach((json_t *)from, name, value)
    {
        if (!json_object_get(to, name) && compare_field(mem, p, name, value, NULL, c) < 0)
            return -1;
    }
    return 0;
}

static bool equal_runs(const row *a, const row *b, size_t na, size_t nb)
{
    if (na != nb)
        return false;
    for (size_t i = 0; i < na; i++) {
        if (!value_equal(a[i].value, b[i].value))
            return false;
    }
    return true;
}

/* The items of one path element on both sides.  Doubles count as one value; their element is a mark that there are some. */
static int compare_run(pool *mem, const place *p, const row *a, size_t na, const row *b, size_t nb, change *c)
{
    change child = {0};
    element e = na ? a->e : b->e;

    if (na >= 2 && nb >= 2)
        child.member[MODIFIED] = !equal_runs(a, b, na, nb);
    else if (compare(mem, p, na == 1 ? a->value : NULL, nb == 1 ? b->value : NULL, &child) < 0)
        return -1;
    if (na >= 2 && nb < 2)
        child.member[REMOVED] = true;
    if (nb >= 2 && na < 2)
        child.member[ADDED] = true;
    attach(mem, c, e.type, e.text, &child);
    return 0;
}

static int compare_lists(pool *mem, const place *p, const json_t *from, const json_t *to, change *c)
{
    const char *problem;
    rows a, b;
    place of_item = place_item(p);
    int r = rows_read(mem, p, from, &a, &problem) < 0 || rows_read(mem, p, to, &b, &problem) < 0 ? -1 : 0;
    size_t i = 0, j = 0;

    if (r < 0)
        return r;
    rows_sort(&a);
    rows_sort(&b);
    while (r == 0 && (i < a.n || j < b.n)) {
        int o = i == a.n ? 1 : j == b.n ? -1 : rows_order(a.v + i, b.v + j);
        size_t na = o <= 0 ? rows_run(&a, i) : 0, nb = o >= 0 ? rows_run(&b, j) : 0;
        r = compare_run(mem, &of_item, a.v + i, na, b.v + j, nb, c);
        i += na;
        j += nb;
    }
    return r;
}

static const json_t *map_or_none(const json_t *v)
{
    return json_is_object(v) && json_object_size(v) ? v : NULL;
}

static const json_t *list_or_none(const json_t *v)
{
    return json_is_array(v) && json_array_size(v) ? v : NULL;
}

/* *ret_leaf: it was taken as one value. */
static int compare_as(pool *mem, const place *p, enum shape shape, const json_t *from, const json_t *to, change *c,
                      bool *ret_leaf)
{
    const json_t *a = shape == SHAPE_LIST ? list_or_none(from) : map_or_none(from),
                 *b = shape == SHAPE_LIST ? list_or_none(to) : map_or_none(to);

    *ret_leaf = place_atomic(p, shape) || (!a && !b);
    if (!*ret_leaf)
        return shape == SHAPE_LIST ? compare_lists(mem, p, a, b, c) : compare_maps(mem, p, a, b, c);
    leaf(from, to, c);
    return 0;
}

static int compare(pool *mem, const place *p, const json_t *from, const json_t *to, change *c)
{
    enum shape was = place_shape(p, from), is = place_shape(p, to);
    bool is_leaf = false, ignored;

    if (!from && !to)
        return 0;
    if (from && to && was != is && compare_as(mem, p, was, from, to, c, &ignored) < 0)
        return -1;
    if (compare_as(mem, p, to ? is : was, from, to, c, &is_leaf) < 0)
        return -1;
    if (!is_leaf && !from)
        c->member[ADDED] = true;
    if (!is_leaf && !to)
        c->member[REMOVED] = true;
    for (int i = 0; i < CHANGES; i++)
        c->below[i] = fields_list_done(mem, c->list + i);
    return mem->failed ? -1 : 0;
}

int typed_compare(pool *mem, const schema *s, const json_t *from, const json_t *to, comparison *ret)
{
    place root = place_root(s);
    change c = {0};
    int r = compare(mem, &root, from, to, &c);

    *ret = (comparison){c.below[REMOVED], c.below[MODIFIED], c.below[ADDED]};
    return r;
}
