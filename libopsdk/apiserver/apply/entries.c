#include "apiserver/apply/entries.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"

#include "apiserver/go_print.h"
#include "apiserver/limits.h"
#include "core/time.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static int problem(pool *mem, const char **ret, const char *before, const char *what, size_t i)
{
    buf_reset(&mem->scratch);
    buf_puts(&mem->scratch, before);
    if (*what)
        go_quote(&mem->scratch, what, strlen(what));
    buf_printf(&mem->scratch, "%sin managed fields entry %zu", *what ? " " : "", i);
    *ret = mem->scratch.failed ? NULL : pool_text(mem, mem->scratch.data, mem->scratch.len);
    return -1;
}

static int check_entry(pool *mem, const json_t *v, size_t i, const char **ret)
{
    const char *operation = doc_text(v, "operation"), *type = doc_text(v, "fieldsType");

    *ret = strcmp(operation, "Apply") != 0 && strcmp(operation, "Update") != 0 ? "operation must be `Apply` or `Update`"
           : !*doc_text(v, "apiVersion")                                       ? "apiVersion must not be empty"
                                                                               : NULL;
    if (*ret)
        return -1;
    if (strcmp(type, "FieldsV1") == 0)
        return 0;
    return problem(mem, ret, *type ? "invalid fieldsType " : "missing fieldsType ", type, i);
}

static const schema *schema_of(const managed_write *w, const char *version)
{
    if (strcmp(version, w->api_version) == 0)
        return w->schema;
    return w->other ? w->other(version, w->user) : NULL;
}

static int read_entry(pool *mem, const managed_write *w, const json_t *v, entry *e)
{
    static const schema unknown = {.type = SCHEMA_ANY};
    json_t *set = json_object_get(v, "fieldsV1");
    bool same;

    *e = (entry){.manager = doc_text(v, "manager"),
                 .api_version = doc_text(v, "apiVersion"),
                 .sub = doc_text(v, "subresource"),
                 .time = json_string_value(json_object_get(v, "time")),
                 .applied = strcmp(doc_text(v, "operation"), "Apply") == 0,
                 .source = (json_t *)v};
    e->schema = schema_of(w, e->api_version);
    if (set && typed_read_fields(mem, e->schema ? e->schema : &unknown, set, &e->set, &same) < 0)
        return -1;
    e->json = set && same ? set : NULL;
    return 0;
}

int entries_read(pool *mem, const managed_write *w, const json_t *list, entries *ret, const char **ret_problem)
{
    size_t n = json_array_size(list);
    entry e, *spot;

    *ret = (entries){pool_take(mem, (n + 2) * sizeof(*ret->v)), 0, n + 2, n > 0};
    for (size_t i = 0; ret->v && i < n; i++) {
        const json_t *v = json_array_get(list, i);
        if (check_entry(mem, v, i, ret_problem) < 0)
            return -1;
        *ret_problem = "error decoding set";
        if (read_entry(mem, w, v, &e) < 0)
            return -1;
        if (!e.schema)
            continue;
        spot = entries_add(mem, ret, &e); /* the last one counts */
        if (!spot)
            return -1;
        *spot = e;
    }
    return ret->v ? 0 : -1;
}

/* ---- finding ---- */

static bool same_manager(const entry *a, const entry *b)
{
    return a->applied == b->applied && strcmp(a->manager, b->manager) == 0 && strcmp(a->sub, b->sub) == 0 &&
           (a->applied || strcmp(a->api_version, b->api_version) == 0);
}

entry *entries_find(const entries *all, const entry *e)
{
    for (size_t i = 0; i < all->n; i++) {
        if (!all->v[i].gone && same_manager(all->v + i, e))
            return all->v + i;
    }
    return NULL;
}

entry *entries_add(pool *mem, entries *all, const entry *e)
{
    entry *found = entries_find(all, e), *more;

    if (found)
        return found;
    if (all->n == all->cap) {
        more = pool_take(mem, all->cap * 2 * sizeof(*more));
        if (!more)
            return NULL;
        memcpy(more, all->v, all->n * sizeof(*more));
        all->v = more;
        all->cap *= 2;
    }
    all->v[all->n] = *e;
    return all->v + all->n++;
}

void entry_set(entry *e, const fields *set)
{
    if (e->set != set)
        e->json = NULL;
    e->set = set;
    e->gone = !set;
}

const char *entry_identity(pool *mem, const entry *e)
{
    const char *const members[] = {"manager",     e->manager,
                                   "operation",   e->applied ? "Apply" : "Update",
                                   "apiVersion",  e->applied ? "" : e->api_version,
                                   "subresource", e->sub};
    const char *before = "{";

    buf_reset(&mem->scratch);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i += 2) {
        if (!*members[i + 1])
            continue;
        buf_printf(&mem->scratch, "%s\"%s\":", before, members[i]);
        go_json_text(&mem->scratch, members[i + 1], strlen(members[i + 1]));
        before = ",";
    }
    buf_addc(&mem->scratch, '}');
    mem->failed = mem->failed || mem->scratch.failed;
    return mem->failed ? "" : pool_text(mem, mem->scratch.data, mem->scratch.len);
}

/* ---- the cap ---- */

static int64_t seconds(const entry *e)
{
    int64_t ms;

    return e->time && time_parse(e->time, &ms) ? ms / 1000 : 0;
}

typedef struct aged {
    entry *e;
    int64_t seconds;
    const char *identity;
} aged;

static int by_age(const void *a, const void *b)
{
    const aged *x = a, *y = b;

    if (x->seconds != y->seconds)
        return x->seconds < y->seconds ? -1 : 1;
    return strcmp(x->identity, y->identity);
}

static size_t updates(pool *mem, const entries *all, aged **ret)
{
    size_t n = 0;

    *ret = pool_take(mem, (all->n + 1) * sizeof(**ret));
    for (size_t i = 0; *ret && i < all->n; i++) {
        entry *e = all->v + i;
        if (!e->gone && !e->applied)
            (*ret)[n++] = (aged){e, seconds(e), NULL};
    }
    return n;
}

/* The oldest of e's version seen before; e itself when it is the first. */
static entry *first_of_version(const aged *old, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(old[k].e->api_version, old[i].e->api_version) == 0)
            return old[k].e;
    }
    return old[i].e;
}

/* Puts what e owns into the bucket of its version, which first becomes when there is none yet.  A bucket that is itself among the younger ones
 * is lost, in the real server too. */
static void into_bucket(pool *mem, const entries *all, entry *first, entry *e)
{
    entry wanted = {.manager = "ancient-changes", .api_version = e->api_version, .sub = ""}, *bucket;

    bucket = entries_find(all, &wanted);
    if (!bucket) {
        bucket = first;
        bucket->manager = wanted.manager;
        bucket->sub = "";
        bucket->source = NULL;
    }
    entry_set(bucket, fields_union(mem, e->set, bucket->set));
    bucket->time = e->time;
    e->gone = true;
}

void entries_cap(pool *mem, entries *all)
{
    aged *old;
    size_t n = all->n > LIMIT_MANAGERS ? updates(mem, all, &old) : 0, left = n;

    if (n <= LIMIT_MANAGERS)
        return;
    for (size_t i = 0; i < n; i++)
        old[i].identity = entry_identity(mem, old[i].e);
    if (mem->failed)
        return;
    qsort(old, n, sizeof(*old), by_age);
    for (size_t i = 0; i < n && left > LIMIT_MANAGERS; i++) {
        entry *first = first_of_version(old, i);
        if (first == old[i].e)
            continue;
        into_bucket(mem, all, first, old[i].e);
        left--;
    }
}

/* ---- writing ---- */

/* By operation, time, manager, version, subresource. */
static int by_server_order(const void *a, const void *b)
{
    const aged *x = a, *y = b;
    int c = (int)y->e->applied - (int)x->e->applied;

    if (c == 0 && x->seconds != y->seconds)
        c = x->seconds < y->seconds ? -1 : 1;
    c = c ? c : strcmp(x->e->manager, y->e->manager);
    c = c ? c : strcmp(x->e->api_version, y->e->api_version);
    return c ? c : strcmp(x->e->sub, y->e->sub);
}

static void put(pool *mem, json_t *to, const char *name, const char *text)
{
    if (text && *text && json_object_set_new_nocheck(to, name, json_string_nocheck(text)) < 0)
        mem->failed = true;
}

static json_t *set_json(pool *mem, const entry *e)
{
    return e->json ? json_incref(e->json) : fields_json(e->set, &mem->failed);
}

/* As it was read, but for the time, which was before, and what is owned. */
static json_t *again(pool *mem, const entry *e, const char *before)
{
    json_t *set = set_json(mem, e), *out;

    if (strcmp(before, e->time) == 0 && set == json_object_get(e->source, "fieldsV1")) {
        json_decref(set);
        return json_incref(e->source);
    }
    out = json_clone_top(e->source);
    put(mem, out, "time", e->time);
    mem->failed = json_object_set_new_nocheck(out, "fieldsV1", set) < 0 || mem->failed;
    return out;
}

static json_t *entry_json(pool *mem, const entry *e)
{
    const char *before = json_string_value(json_object_get(e->source, "time"));
    json_t *out;

    if (before && e->time)
        return again(mem, e, before);
    out = json_object();
    put(mem, out, "manager", e->manager);
    put(mem, out, "operation", e->applied ? "Apply" : "Update");
    put(mem, out, "apiVersion", e->api_version);
    put(mem, out, "time", e->time);
    put(mem, out, "fieldsType", "FieldsV1");
    json_object_set_new_nocheck(out, "fieldsV1", set_json(mem, e));
    put(mem, out, "subresource", e->sub);
    return out;
}

json_t *entries_json(pool *mem, entries *all)
{
    aged *there = pool_take(mem, (all->n + 1) * sizeof(*there));
    json_t *out = json_array();
    size_t n = 0;

    for (size_t i = 0; there && i < all->n; i++) {
        if (!all->v[i].gone)
            there[n++] = (aged){all->v + i, seconds(all->v + i), NULL};
    }
    if (n)
        qsort(there, n, sizeof(*there), by_server_order);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, entry_json(mem, there[i].e));
    mem->failed = mem->failed || !out || json_array_size(out) != n;
    if (n && !mem->failed)
        return out;
    json_decref(out);
    return NULL;
}
