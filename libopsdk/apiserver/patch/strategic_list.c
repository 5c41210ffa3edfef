#include "apiserver/patch/strategic.h"

#include "apiserver/go_print.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- items by value or by merge key ---- */

/* What identifies an item among others, as text; -1 for a map or list, which Go cannot compare. */
static int identity(const json_t *item, const char *key, buf *out)
{
    const json_t *v = key ? json_object_get(item, key) : item;

    buf_reset(out);
    if (json_is_object(v) || json_is_array(v))
        return -1;
    if (json_is_string(v))
        buf_addc(out, '"');
    else
        buf_addc(out, json_is_real(v) ? 'r' : ' ');
    if (json_is_string(v))
        buf_add(out, json_string_value(v), json_string_length(v));
    else
        go_json(out, v);
    return out->failed ? -1 : 0;
}

static int fail_compare(const json_t *item, const char *key, failure *why)
{
    return failure_set(why, 500, "", "runtime error: comparing uncomparable type %s",
                       go_type(key ? json_object_get(item, key) : item));
}

/* Where each item stands: identity to position of the first. */
static json_t *index_of(const json_t *list, const char *key, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);
    json_t *index = json_object(), *item;
    size_t i;

    if (!index)
        failure_memory(why);
    json_array_foreach((json_t *)list, i, item)
    {
        if (identity(item, key, &text) < 0) {
            fail_compare(item, key, why);
            break;
        }
        if (!json_object_getn(index, text.data, text.len))
            json_object_setn_new_nocheck(index, text.data, text.len, json_integer((json_int_t)i));
    }
    if (!why->code)
        return index;
    json_decref(index);
    return NULL;
}

/* -1: not there. */
static json_int_t position(const json_t *index, const json_t *item, const char *key, buf *text)
{
    const json_t *at = identity(item, key, text) < 0 ? NULL : json_object_getn(index, text->data, text->len);

    return at ? json_integer_value(at) : -1;
}

/* ---- checks ---- */

/* All items of one type, which is not a list: as reflect says, so an integer is not a float. */
static int one_type(const json_t *a, const json_t *b, const json_t **ret_first, failure *why)
{
    const json_t *lists[] = {a, b}, *first = NULL;
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 8);
    bool same = true;

    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < json_array_size(lists[l]); i++) {
            const json_t *item = json_array_get(lists[l], i);
            first = first ? first : item;
            if (json_is_array(first))
                return failure_set(why, 422, "Invalid",
                                   "the server rejected our request due to an error in our request");
            same = same && strcmp(go_type(first), go_type(item)) == 0;
        }
    }
    if (!first)
        return failure_set(why, 500, "", "no elements in any of the given slices");
    *ret_first = first;
    if (same)
        return 0;
    go_show(&text, a);
    buf_addc(&text, ' ');
    go_show(&text, b ? b : NULL);
    return text.failed ? failure_memory(why)
                       : failure_set(why, 500, "", "list element types are not identical: [%s]", text.data);
}

static int need_maps(const json_t *list, failure *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!json_is_object(json_array_get(list, i)))
            return failure_set(why, 500, "", "value for key %zu is not a map", i);
    }
    return 0;
}

static int need_keys(const json_t *list, const char *key, failure *why)
{
    json_t *item;
    size_t i;

    json_array_foreach((json_t *)list, i, item)
    {
        if (!json_is_object(item))
            return fail_arg("map[string]interface {}", item, why);
        if (!json_object_get(item, key))
            return fail_key(item, key, why);
    }
    return 0;
}

static int equal_items(const json_t *a, const json_t *b, const char *key, bool *ret, failure *why)
{
    if (key) {
        if (!json_is_object(a) || !json_is_object(b))
            return fail_arg("map[string]interface {}", json_is_object(a) ? b : a, why);
        if (!json_object_get(a, key) || !json_object_get(b, key))
            return fail_key(json_object_get(a, key) ? b : a, key, why);
        a = json_object_get(a, key);
        b = json_object_get(b, key);
    }
    *ret = json_equal(a, b);
    return 0;
}

static int fail_order(const json_t *patch, const json_t *order, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 8);

    buf_puts(&text, "The order in patch list:\n");
    go_show(&text, patch);
    buf_puts(&text, "\n doesn't match $setElementOrder list:\n");
    go_show(&text, order);
    buf_addc(&text, '\n');
    return text.failed ? failure_memory(why) : failure_set(why, 500, "", "%s", text.data);
}

int strategic_check_order(const json_t *patch, const json_t *order, const char *key, failure *why)
{
    size_t at = 0, n = json_array_size(order);

    for (size_t i = 0; n && i < json_array_size(patch); i++) {
        const json_t *item = json_array_get(patch, i);
        bool equal = false;
        if (key && !json_is_object(item))
            return fail_arg("map[string]interface {}", item, why);
        if (is_text(json_object_get(item, DIRECTIVE), "delete") || (json_object_get(item, DIRECTIVE) && at < n))
            continue;
        for (; at < n && !equal; at++) {
            if (equal_items(item, json_array_get(order, at), key, &equal, why) < 0)
                return -1;
        }
        if (!equal)
            return fail_order(patch, order, why);
    }
    return 0;
}

/* ---- order ---- */

typedef struct ranked {
    json_t *item;
    json_int_t rank; /* in the order it is sorted by; -1: not there */
    json_int_t home; /* in the original list, likewise */
    size_t at;       /* before sorting */
} ranked;

typedef struct row {
    ranked *v;
    size_t n;
} row;

static void row_clear(row *r)
{
    free(r->v);
}
#define auto_row __attribute__((cleanup(row_clear))) row

static int by_rank(const void *a, const void *b)
{
    const ranked *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* An item without rank goes before all that stand before it, as in the real server. */
static void sort_row(row *r)
{
    size_t unknown = 0;

    for (size_t i = 0; i < r->n; i++)
        unknown += r->v[i].rank < 0;
    if (unknown == 0) {
        qsort(r->v, r->n, sizeof(*r->v), by_rank);
        return;
    }
    for (size_t i = 1; i < r->n; i++) {
        for (size_t j = i; j > 0; j--) {
            ranked *here = r->v + j, *before = here - 1, kept = *here;
            if (here->rank >= 0 && before->rank >= 0 && here->rank >= before->rank)
                break;
            *here = *before;
            *before = kept;
        }
    }
}

static void weave(const row *server, const row *patch, json_t *out)
{
    size_t i = 0, j = 0;

    while (i < server->n || j < patch->n) {
        bool mine = j == patch->n;
        if (!mine && i < server->n)
            mine = server->v[i].home >= 0 && patch->v[j].home >= 0 && server->v[i].home < patch->v[j].home;
        json_array_append(out, mine ? server->v[i++].item : patch->v[j++].item);
    }
}

static int split(const json_t *list, const json_t *order, const json_t *home, const char *key, row *patch, row *server)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);
    size_t n = json_array_size(list);

    patch->v = calloc(n + 1, sizeof(*patch->v));
    server->v = calloc(n + 1, sizeof(*server->v));
    if (!patch->v || !server->v)
        return -1;
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_array_get(list, i);
        ranked r = {item, position(order, item, key, &text), position(home, item, key, &text), i};
        row *to = r.rank >= 0 ? patch : server;
        if (r.rank < 0)
            r.rank = r.home;
        to->v[to->n++] = r;
    }
    return 0;
}

/* original may be NULL. */
static json_t *arrange(const json_t *list, const json_t *order, const json_t *original, const char *key, failure *why)
{
    auto_row patch = {0}, server = {0};
    json_t *ranks = index_of(order, key, why), *home = ranks ? index_of(original, key, why) : NULL, *out = NULL;

    if (home && split(list, ranks, home, key, &patch, &server) == 0)
        out = json_array();
    if (out) {
        sort_row(&patch);
        sort_row(&server);
        weave(&server, &patch, out);
    } else
        failure_memory(why);
    json_decref(ranks);
    json_decref(home);
    return out;
}

int strategic_one_type(const json_t *original, const json_t *patch, failure *why)
{
    const json_t *first;

    return one_type(original, patch, &first, why);
}

json_t *strategic_order(const json_t *list, const json_t *order, const json_t *home, const char *key, failure *why)
{
    if (key && (need_keys(list, key, why) < 0 || (json_array_size(list) && need_maps(order, why) < 0) ||
                need_keys(order, key, why) < 0))
        return NULL;
    return arrange(list, order, home, key, why);
}

/* ---- lists of scalars ---- */

static json_t *without(const json_t *list, const json_t *gone, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);
    json_t *index = index_of(gone, NULL, why), *out = index ? json_array() : NULL, *item;
    size_t i;

    if (!out)
        failure_memory(why);
    json_array_foreach((json_t *)list, i, item)
    {
        if (out && position(index, item, NULL, &text) < 0)
            json_array_append(out, item);
    }
    json_decref(index);
    return out;
}

/* A double is overwritten by the last item: the order of the real server's lists comes of it. */
static int drop_doubles(json_t *list, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);
    json_t *seen = json_object();
    size_t i = 0;

    while (seen && i < json_array_size(list)) {
        json_t *item = json_array_get(list, i), *last = json_array_get(list, json_array_size(list) - 1);
        if (identity(item, NULL, &text) < 0)
            break;
        if (!json_object_getn(seen, text.data, text.len)) {
            json_object_setn_new_nocheck(seen, text.data, text.len, json_true());
            i++;
            continue;
        }
        json_array_set(list, i, last);
        json_array_remove(list, json_array_size(list) - 1);
    }
    json_decref(seen);
    return i < json_array_size(list) ? failure_memory(why) : 0;
}

static json_t *merge_scalars(const json_t *original, const json_t *patch, failure *why)
{
    json_t *both = json_clone_top((json_t *)original);

    if (!both || json_array_extend(both, (json_t *)patch) < 0)
        failure_memory(why);
    else if (drop_doubles(both, why) == 0)
        return both;
    json_decref(both);
    return NULL;
}

/* ---- lists of maps ---- */

/* All of that key go from list. */
static int drop_all(json_t **list, const json_t *item, const char *key, failure *why)
{
    const json_t *gone = json_object_get(item, key);
    json_t *out;

    if (!gone)
        return fail_key(item, key, why);
    out = json_array();
    for (size_t i = 0; out && i < json_array_size(*list); i++) {
        json_t *one = json_array_get(*list, i), *value = json_object_get(one, key);
        if (!value || !json_equal(value, gone))
            json_array_append(out, one);
    }
    json_decref(*list);
    *list = out;
    return out ? 0 : failure_memory(why);
}

/* Items with $patch take effect on *original; *ret_rest gets the others. */
static int obey(json_t **original, const json_t *patch, const char *key, json_t *rest, failure *why)
{
    bool replace = false;
    json_t *item;
    size_t i;
    int r = 0;

    json_array_foreach((json_t *)patch, i, item)
    {
        const json_t *directive = json_object_get(item, DIRECTIVE);
        if (!directive)
            json_array_append(rest, item);
        else if (is_text(directive, "delete"))
            r = drop_all(original, item, key, why);
        else if (is_text(directive, "replace"))
            replace = true;
        else if (is_text(directive, "merge"))
            return failure_set(why, 500, "", "merging lists cannot yet be specified in the patch");
        else
            return fail_directive(directive, item, why);
        if (r < 0)
            return r;
    }
    if (replace) { /* then the rest is the list, and there is nothing to merge into it */
        json_decref(*original);
        *original = json_clone_top(rest);
        json_array_clear(rest);
    }
    return 0;
}

/* Merges the item into its like in list, or appends it. */
static int merge_item(json_t *list, json_t *index, json_t *item, const list_rule *rule, buf *text, failure *why)
{
    json_int_t at;
    json_t *merged;

    if (!json_object_get(item, rule->key))
        return fail_key(item, rule->key, why);
    if (identity(item, rule->key, text) < 0)
        return fail_compare(item, rule->key, why);
    at = position(index, item, rule->key, text);
    if (at < 0) {
        json_object_setn_new_nocheck(index, text->data, text->len, json_integer((json_int_t)json_array_size(list)));
        return json_array_append(list, item) < 0 ? failure_memory(why) : 0;
    }
    merged = strategic_map(json_array_get(list, (size_t)at), item, rule->items, why);
    return merged && json_array_set_new(list, (size_t)at, merged) == 0 ? 0 : failure_memory(why);
}

static int merge_items(json_t *list, const json_t *patch, const list_rule *rule, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);
    json_t *index = json_array_size(patch) ? index_of(list, rule->key, why) : json_object(), *item;
    size_t i;
    int r = index ? 0 : failure_memory(why);

    json_array_foreach((json_t *)patch, i, item)
    {
        if (r == 0)
            r = merge_item(list, index, item, rule, &text, why);
    }
    json_decref(index);
    return r;
}

static json_t *merge_maps(const json_t *original, const json_t *patch, const list_rule *rule, failure *why)
{
    json_t *list = json_clone_top((json_t *)original), *rest = json_array(), *home = NULL, *out = NULL;

    if (!list || !rest)
        failure_memory(why);
    else if (obey(&list, patch, rule->key, rest, why) == 0)
        home = json_clone_top(list);
    if (home && merge_items(list, rest, rule, why) == 0 && need_keys(list, rule->key, why) == 0)
        out = arrange(list, rest, home, rule->key, why);
    json_decref(list);
    json_decref(rest);
    json_decref(home);
    return out;
}

/* Appends what list lacks, while there is room for n. */
static int fill(json_t *list, const json_t *patch, const char *key, size_t n, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);
    json_t *index = index_of(list, key, why), *item;
    size_t i;

    if (!index)
        return -1;
    json_array_foreach((json_t *)patch, i, item)
    {
        if (json_array_size(list) == n || json_object_get(item, DIRECTIVE) || position(index, item, key, &text) >= 0)
            continue;
        json_object_setn_new_nocheck(index, text.data, text.len, json_integer((json_int_t)json_array_size(list)));
        json_array_append(list, item);
    }
    json_decref(index);
    return 0;
}

json_t *strategic_home(const json_t *original, const json_t *patch, const char *key, failure *why)
{
    json_t *list = json_clone_top((json_t *)original), *item;
    bool replace = false;
    size_t i;
    int r = list ? 0 : failure_memory(why);

    json_array_foreach((json_t *)patch, i, item)
    {
        const json_t *directive = json_object_get(item, DIRECTIVE);
        replace = replace || is_text(directive, "replace");
        if (r == 0 && is_text(directive, "delete"))
            r = drop_all(&list, item, key, why);
    }
    if (r == 0 && !replace)
        r = fill(list, patch, key, json_array_size(original), why);
    if (r == 0)
        return list;
    json_decref(list);
    return NULL;
}

json_t *strategic_list(const json_t *original, const json_t *patch, const list_rule *rule, bool deletion, failure *why)
{
    const json_t *first;
    json_t *both, *out = NULL;

    if (json_array_size(original) == 0 && json_array_size(patch) == 0)
        return json_incref((json_t *)original);
    if (one_type(original, patch, &first, why) < 0)
        return NULL;
    if (json_is_object(first) && rule->key)
        return merge_maps(original, patch, rule, why);
    if (json_is_object(first)) {
        failure_set(why, 500, "", "cannot merge lists without merge key for %s",
                    rule->items->type == SCHEMA_MAP ? "map" : "struct");
        return NULL;
    }
    if (deletion)
        return without(original, patch, why);
    both = merge_scalars(original, patch, why);
    if (both && (!rule->key || need_keys(both, rule->key, why) == 0))
        out = arrange(both, patch, original, rule->key, why);
    json_decref(both);
    return out;
}
