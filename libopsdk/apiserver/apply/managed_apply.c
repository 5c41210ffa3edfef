/* Server-side apply. */
#include "apiserver/apply/last_applied.h"
#include "apiserver/apply/updater.h"
#include "apiserver/go_print.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- checks ---- */

/* "GROUP/VERSION, Kind=KIND" of a document, as Go prints it; of a version that is none there is nothing. */
static void put_kind(buf *out, const json_t *config)
{
    const char *version = doc_text(config, "apiVersion"), *slash = strchr(version, '/');

    if (slash && strchr(slash + 1, '/'))
        buf_puts(out, "/, Kind=");
    else
        buf_printf(out, "%s%s, Kind=%s", slash ? "" : "/", version, doc_text(config, "kind"));
}

static int check_kind(const managed_write *w, const json_t *config, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);

    if (strcmp(doc_text(config, "kind"), w->kind) == 0 && strcmp(doc_text(config, "apiVersion"), w->api_version) == 0)
        return 0;
    put_kind(&text, config);
    return failure_bad_request(why, "invalid object type: %s", text.failed ? "" : text.data);
}

/* The server reads managedFields leniently; all that counts is whether a list is left. */
static bool has_managed_fields(const json_t *config)
{
    const json_t *list = json_object_get(json_object_get(config, "metadata"), "managedFields");

    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!json_is_object(json_array_get(list, i)))
            return false;
    }
    return json_is_array(list);
}

/* Errors that are no API errors: 500 without a reason. */
static int fail_typed(const char *what, const json_t *config, const char *problems, failure *why)
{
    const json_t *meta = json_object_get(config, "metadata");
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 2);

    buf_printf(&text, "%s (%s/%s; ", what, doc_text(meta, "namespace"), doc_text(meta, "name"));
    put_kind(&text, config);
    buf_printf(&text, "): %s", problems);
    return text.failed ? failure_memory(why) : failure_set(why, 500, "", "%s", text.data);
}

static int fail_plain(const pool *mem, failure *why)
{
    return mem->problem ? failure_set(why, 500, "", "%s", mem->problem) : -1;
}

static int check_types(pool *mem, const managed_write *w, const json_t *live, const json_t *config, failure *why)
{
    auto_buf problems = BUF_INIT(LIMIT_REQUEST_BODY);

    if (!typed_check(mem, w->schema, config, false, &problems))
        return fail_typed("failed to create typed patch object", config, problems.failed ? "" : problems.data, why);
    if (!w->builtin && !typed_check(mem, w->schema, live, true, &problems))
        return fail_typed("failed to create typed live object", live, problems.failed ? "" : problems.data, why);
    return 0;
}

/* ---- what is no longer applied goes ---- */

typedef struct applying {
    pool *mem;
    const managed_write *w;
    entries *all;
    entry *self;
} applying;

/* What all entries of one version own. */
static const fields *owned_in(const applying *a, const char *version)
{
    const fields *owned = NULL;

    for (size_t i = 0; i < a->all->n; i++) {
        const entry *e = a->all->v + i;
        if (!e->gone && strcmp(e->api_version, version) == 0)
            owned = fields_union(a->mem, owned, e->set);
    }
    return owned;
}

/* An object on its way from version to version, where it has to do each time. */
typedef struct pruning {
    const applying *a;
    const entry *last; /* what the manager applied before */
    json_t *merged, *pruned;
    const char *version; /* that they are in */
} pruning;

static int fits_at(pool *mem, const schema *s, const char *version, const json_t *v, const char *what)
{
    char before[512];

    snprintf(before, sizeof(before),
             "failed to prune fields: failed add back owned items: failed to convert %s object at version %s: ", what,
             version);
    return updater_fits(mem, s, v, before);
}

/* merged without what pruned lacks and nobody owns in that version. */
static int add_back_owned(pruning *p, const schema *s, const char *version)
{
    pool *mem = p->a->mem;
    const fields *have, *left, *owned;
    json_t *out;

    if (strcmp(version, p->version) != 0 &&
        (fits_at(mem, s, version, p->merged, "merged") < 0 || fits_at(mem, s, version, p->pruned, "pruned") < 0))
        return -1;
    have = typed_with_parents(mem, s, typed_fields(mem, s, p->merged));
    left = typed_with_parents(mem, s, typed_fields(mem, s, p->pruned));
    owned = typed_with_parents(mem, s, owned_in(p->a, version));
    out = typed_remove(mem, s, p->merged, fields_without(mem, have, fields_union(mem, left, owned)));
    json_decref(p->pruned); /* not before: left refers to it */
    p->pruned = out;
    p->version = version;
    return out ? 0 : -1;
}

/* Each version once, that of last first. */
static int add_back_all(pruning *p)
{
    const entries *all = p->a->all;
    int r = add_back_owned(p, p->last->schema, p->last->api_version);

    for (size_t i = 0; r == 0 && i < all->n; i++) {
        const entry *e = all->v + i;
        bool seen = e->gone || strcmp(e->api_version, p->last->api_version) == 0;
        for (size_t k = 0; k < i && !seen; k++)
            seen = !all->v[k].gone && strcmp(all->v[k].api_version, e->api_version) == 0;
        if (!seen)
            r = add_back_owned(p, e->schema, e->api_version);
    }
    return r;
}

/* Of what is gone from pruned only that is to go which the manager had applied. */
static int add_back_dangling(pruning *p)
{
    pool *mem = p->a->mem;
    const schema *s = p->last->schema;
    const fields *have, *left, *had;
    json_t *out;

    if (strcmp(p->version, p->last->api_version) != 0 &&
        updater_fits(
            mem, s, p->pruned,
            "failed to prune fields: failed add back dangling items: failed to convert pruned object to last applied "
            "version: ") < 0)
        return -1;
    have = typed_with_parents(mem, s, typed_fields(mem, s, p->merged));
    left = typed_with_parents(mem, s, typed_fields(mem, s, p->pruned));
    had = typed_with_parents(mem, s, p->last->set);
    out = typed_remove(mem, s, p->merged, fields_common(mem, fields_without(mem, have, left), had));
    json_decref(p->pruned);
    p->pruned = out;
    return out ? 0 : -1;
}

static int prune_in_steps(pruning *p)
{
    pool *mem = p->a->mem;
    const managed_write *w = p->a->w;
    const schema *s = p->last->schema;
    bool other = strcmp(p->last->api_version, w->api_version) != 0;

    if (other && updater_fits(mem, s, p->merged,
                              "failed to prune fields: failed to convert merged object to last applied version: ") < 0)
        return -1;
    p->pruned = typed_remove(mem, s, p->merged, typed_with_parents(mem, s, p->last->set));
    if (!p->pruned || add_back_all(p) < 0 || add_back_dangling(p) < 0)
        return -1;
    return other ? updater_fits(mem, w->schema, p->pruned, "failed to prune fields: ") : 0;
}

/* Consumes merged.  NULL: mem failed, or has the problem. */
static json_t *prune(const applying *a, json_t *merged, const entry *last)
{
    pruning p = {a, last, merged, NULL, last->api_version};

    if (!last->set)
        return merged;
    if (prune_in_steps(&p) < 0) {
        json_decref(p.pruned);
        p.pruned = NULL;
    }
    json_decref(merged);
    return p.pruned;
}

/* ---- conflicts ---- */

static void put_manager(buf *out, const entry *e)
{
    go_quote(out, e->manager, strlen(e->manager));
    if (*e->sub) {
        buf_puts(out, " with subresource ");
        go_quote(out, e->sub, strlen(e->sub));
    }
    if (!e->applied)
        buf_printf(out, " using %s", e->api_version);
}

typedef struct telling {
    failure *why;
    buf *message, *lines;
    const char *owner; /* "conflict with X" */
    size_t n;
} telling;

static void tell_path(const char *path, void *user)
{
    telling *t = user;

    failure_cause(t->why, "FieldManagerConflict", t->owner, path);
    buf_printf(t->lines, "\n- %s", path);
    t->n++;
}

static void tell_owner(telling *t, const conflict *c)
{
    auto_buf name = BUF_INIT(LIMIT_OBJECT), owner = BUF_INIT(LIMIT_OBJECT), path = BUF_INIT(LIMIT_OBJECT);

    put_manager(&name, c->owner);
    buf_printf(&owner, "conflict with %s", name.data ? name.data : "");
    buf_printf(t->lines, "%sconflicts with %s:", t->lines->len ? "\n" : "", name.data ? name.data : "");
    t->owner = owner.data;
    if (!owner.failed)
        fields_each(c->set, &path, tell_path, t);
}

static void put_only(const char *path, void *user)
{
    buf_puts(user, path);
}

static int fail_one(const conflict *c, failure *why)
{
    auto_buf name = BUF_INIT(LIMIT_OBJECT), path = BUF_INIT(LIMIT_OBJECT), room = BUF_INIT(LIMIT_OBJECT);

    put_manager(&name, c->owner);
    fields_each(c->set, &room, put_only, &path);
    if (name.failed || path.failed || room.failed)
        return failure_memory(why);
    return failure_set(why, 409, "Conflict", "Apply failed with 1 conflict: conflict with %s: %s", name.data,
                       path.data);
}

typedef struct named {
    const conflict *c;
    const char *identity;
} named;

static int by_identity(const void *a, const void *b)
{
    return strcmp(((const named *)a)->identity, ((const named *)b)->identity);
}

static int fail_conflicts(pool *mem, const conflicts *all, failure *why)
{
    auto_buf lines = BUF_INIT(LIMIT_REQUEST_BODY * 4);
    auto_failure causes = {0};
    telling t = {.why = &causes, .lines = &lines};
    named *order = pool_take(mem, all->n * sizeof(*order));

    for (size_t i = 0; order && i < all->n; i++)
        order[i] = (named){all->v + i, entry_identity(mem, all->v[i].owner)};
    if (mem->failed)
        return failure_memory(why);
    qsort(order, all->n, sizeof(*order), by_identity);
    for (size_t i = 0; i < all->n; i++)
        tell_owner(&t, order[i].c);
    if (lines.failed)
        return failure_memory(why);
    if (t.n == 1)
        fail_one(all->v, why);
    else
        failure_set(why, 409, "Conflict", "Apply failed with %zu conflicts: %s", t.n, lines.data);
    json_decref(why->details);
    why->details = json_incref(causes.details);
    return -1;
}

/* ---- the whole ---- */

/* Before managedFields there were objects: one entry stands for all that they have. */
static int own_all(applying *a, const json_t *live)
{
    json_auto_t *blank = updater_blank(a->w);

    return updater_update(a->mem, a->w, "before-first-apply", blank, live, a->all);
}

static void set_self(applying *a, const json_t *config)
{
    const managed_write *w = a->w;
    entry self = {.manager = *w->manager ? w->manager : "unknown",
                  .api_version = w->api_version,
                  .sub = w->sub,
                  .applied = true,
                  .schema = w->schema};

    a->self = entries_add(a->mem, a->all, &self);
    if (!a->self)
        return;
    a->self->api_version = w->api_version;
    a->self->schema = w->schema;
    a->self->json = a->self->source = NULL;
    a->self->set = updater_filter(a->mem, w, typed_fields(a->mem, w->schema, config));
}

static entry last_of(const applying *a)
{
    entry self = {.manager = *a->w->manager ? a->w->manager : "unknown", .sub = a->w->sub, .applied = true};
    const entry *found = entries_find(a->all, &self);

    return found ? *found : self;
}

/* One try.  1: conflicts, which ret_conflicts has; then the entries are spent. */
static int apply_once(applying *a, const json_t *live, const json_t *config, bool force, json_t **ret,
                      conflicts *ret_conflicts)
{
    entry last = last_of(a);
    json_t *merged = typed_merge(a->mem, a->w->schema, live, config);
    comparison c;
    int r = -1;

    set_self(a, config);
    if (merged && !a->mem->failed)
        merged = prune(a, merged, &last);
    if (merged && !a->mem->failed)
        r = updater_take(a->mem, a->w, live, merged, a->all, a->self, force ? NULL : ret_conflicts, &c);
    if (r == 0)
        *ret = merged;
    else
        json_decref(merged);
    return r;
}

/* The object with its entries; values of live are not shared. */
static int finish(applying *a, const json_t *live, json_t *merged, json_t **ret)
{
    bool changed = !value_equal(live, merged);
    json_t *out = json_clone(changed ? merged : live), *meta, *list;

    if (changed)
        a->self->time = a->w->time;
    entry_set(a->self, updater_strip(a->mem, a->self->set));
    list = entries_json(a->mem, a->all);
    meta = json_object_get(out, "metadata");
    if (!json_is_object(meta)) {
        meta = json_object();
        json_object_set_new_nocheck(out, "metadata", meta);
    }
    if (list && json_object_set_new_nocheck(meta, "managedFields", list) < 0)
        a->mem->failed = true;
    if (!a->mem->failed && out) {
        *ret = out;
        return 0;
    }
    json_decref(out);
    return -1;
}

static int read_entries(applying *a, const json_t *list, failure *why)
{
    const char *problem = NULL;

    if (entries_read(a->mem, a->w, list, a->all, &problem) == 0)
        return 0;
    if (a->mem->failed)
        return failure_memory(why);
    return failure_set(why, 500, "", "failed to decode managed fields: %s", problem);
}

/* A copy of the object without its managedFields; the caller's. */
static json_t *bare(const managed_write *w, const json_t *live)
{
    json_t *out = live ? json_clone_top((json_t *)live) : updater_blank(w), *meta;

    meta = json_clone_top(json_object_get(out, "metadata"));
    json_object_del(meta, "managedFields");
    if (!live) {
        json_object_set_new(out, "apiVersion", json_string(w->api_version));
        json_object_set_new(out, "kind", json_string(w->kind));
    }
    if (meta)
        json_object_set_new_nocheck(out, "metadata", meta);
    return out;
}

/* Once more for a client that did client-side apply before and only meets with its own former self. */
static int apply_over_last(applying *a, const json_t *live, const json_t *config, const json_t *list, json_t **ret,
                           conflicts *found, failure *why)
{
    if (strcmp(a->w->manager, "kubectl") != 0 || !last_applied_allows(a->mem, a->w, live, found))
        return fail_conflicts(a->mem, found, why);
    if (read_entries(a, list, why) < 0 || (!a->all->any && own_all(a, live) < 0))
        return -1;
    return apply_once(a, live, config, true, ret, NULL) < 0 ? fail_plain(a->mem, why) : 0;
}

static int apply(applying *a, const json_t *live, const json_t *list, const json_t *config, bool force, json_t **ret,
                 failure *why)
{
    conflicts found;
    int r;

    if (read_entries(a, list, why) < 0)
        return -1;
    if (has_managed_fields(config))
        return failure_bad_request(why, "metadata.managedFields must be nil");
    if (check_types(a->mem, a->w, live, config, why) < 0)
        return -1;
    if (!a->all->any && own_all(a, live) < 0)
        return -1;
    if (updater_convert(a->mem, a->w, live, a->all) < 0)
        return fail_plain(a->mem, why);
    r = apply_once(a, live, config, force, ret, &found);
    if (r < 0)
        return fail_plain(a->mem, why);
    return r == 1 ? apply_over_last(a, live, config, list, ret, &found, why) : r;
}

int managed_apply(const managed_write *w, const json_t *live, const json_t *config, bool force, json_t **ret,
                  failure *why)
{
    const json_t *list = json_object_get(json_object_get(live, "metadata"), "managedFields");
    auto_pool mem = POOL_INIT;
    entries all = {0};
    applying a = {&mem, w, &all, NULL};
    json_t *merged = NULL;
    json_auto_t *base = NULL;
    int r = check_kind(w, config, why);

    if (r < 0)
        return r;
    base = bare(w, live);
    r = base ? apply(&a, base, list, config, force, &merged, why) : -1;
    if (r == 0)
        r = finish(&a, base, merged, ret);
    json_decref(merged);
    if (r == 0 && strcmp(w->manager, "kubectl") == 0)
        last_applied_sync(*ret, config);
    return r < 0 ? failure_memory(why) : 0; /* unless something is told already */
}
