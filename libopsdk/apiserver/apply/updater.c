#include "apiserver/apply/updater.h"
#include "apiserver/limits.h"

#include <string.h>

/* ---- what nobody owns ---- */

const fields *updater_path(pool *mem, const char *path)
{
    const char *dot = strchr(path += *path == '.', '.');
    size_t len = dot ? (size_t)(dot - path) : strlen(path);
    fields_list one = {0};

    fields_list_add(mem, &one, 'f', pool_text(mem, path, len), !dot, dot ? updater_path(mem, dot + 1) : NULL);
    return one.first;
}

/* The patterns that go on below an element; *ret_all: one of them ends with it. */
static const char **patterns_below(pool *mem, const char *const *patterns, const fields *f, bool *ret_all)
{
    size_t n = 0, k = 0;
    const char **below;

    while (patterns[n])
        n++;
    below = pool_take(mem, (n + 1) * sizeof(*below));
    for (size_t i = 0; below && i < n; i++) {
        size_t len = strcspn(patterns[i], ".");
        bool any = len == 1 && *patterns[i] == '*',
             same = f->type == 'f' && strlen(f->text) == len && strncmp(f->text, patterns[i], len) == 0;
        if (!any && !same)
            continue;
        *ret_all = *ret_all || !patterns[i][len];
        below[k++] = patterns[i] + len + (patterns[i][len] == '.');
    }
    if (below)
        below[k] = NULL;
    return below;
}

/* What is on the way to a pattern or below it. */
static const fields *matching(pool *mem, const fields *set, const char *const *patterns)
{
    fields_list out = {0};

    for (; set && !mem->failed; set = set->next) {
        bool all = false;
        const char **below = patterns_below(mem, patterns, set, &all);
        if (below && *below)
            fields_list_add(mem, &out, set->type, set->text, set->member,
                            all ? set->below : matching(mem, set->below, below));
    }
    return out.first;
}

const fields *updater_filter(pool *mem, const managed_write *w, const fields *set)
{
    for (size_t i = 0; w->reset && w->reset[i] && set; i++)
        set = fields_without_tree(mem, set, updater_path(mem, w->reset[i]));
    return w->only ? matching(mem, set, w->only) : set;
}

static comparison filter(pool *mem, const managed_write *w, comparison c)
{
    return (comparison){updater_filter(mem, w, c.removed), updater_filter(mem, w, c.modified),
                        updater_filter(mem, w, c.added)};
}

const fields *updater_strip(pool *mem, const fields *set)
{
    static const fields uid = {.type = 'f', .text = "uid", .member = true},
                        self_link = {.type = 'f', .text = "selfLink", .member = true, .next = &uid},
                        version = {.type = 'f', .text = "resourceVersion", .member = true, .next = &self_link},
                        namespace = {.type = 'f', .text = "namespace", .member = true, .next = &version},
                        name = {.type = 'f', .text = "name", .member = true, .next = &namespace},
                        managed = {.type = 'f', .text = "managedFields", .member = true, .next = &name},
                        generation = {.type = 'f', .text = "generation", .member = true, .next = &managed},
                        created = {.type = 'f', .text = "creationTimestamp", .member = true, .next = &generation},
                        cluster = {.type = 'f', .text = "clusterName", .member = true, .next = &created},
                        metadata = {.type = 'f', .text = "metadata", .member = true, .below = &cluster},
                        kind = {.type = 'f', .text = "kind", .member = true, .next = &metadata},
                        api_version = {.type = 'f', .text = "apiVersion", .member = true, .next = &kind};

    return fields_without(mem, set, &api_version);
}

json_t *updater_blank(const managed_write *w)
{
    return w->builtin ? typed_blank(w->schema) : json_object();
}

/* ---- taking ---- */

/* What differs in each version that somebody owns fields in. */
typedef struct versions {
    const char **version;
    comparison *changed;
    size_t n;
} versions;

static int compare_version(pool *mem, const managed_write *w, const schema *s, const char *version, const json_t *from,
                           const json_t *to, versions *all)
{
    comparison c;

    if (typed_compare(mem, s, from, to, &c) < 0)
        return -1;
    all->version[all->n] = version;
    all->changed[all->n++] = filter(mem, w, c);
    return 0;
}

/* Documents are converted to the other versions, and no doubles survive that. */
int updater_fits(pool *mem, const schema *s, const json_t *v, const char *before)
{
    auto_buf problems = BUF_INIT(LIMIT_OBJECT);

    buf_puts(&problems, before);
    if (typed_check(mem, s, v, false, &problems))
        return 0;
    mem->problem = problems.failed ? NULL : pool_text(mem, problems.data, problems.len);
    return -1;
}

int updater_convert(pool *mem, const managed_write *w, const json_t *v, const entries *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const entry *e = all->v + i;
        if (!e->gone && strcmp(e->api_version, w->api_version) != 0 && updater_fits(mem, e->schema, v, "") < 0)
            return -1;
    }
    return 0;
}

static const comparison *changes_in(pool *mem, const managed_write *w, const entry *e, const json_t *from,
                                    const json_t *to, versions *all)
{
    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(all->version[i], e->api_version) == 0)
            return all->changed + i;
    }
    if (updater_fits(mem, e->schema, from, "failed to convert old object: ") < 0 ||
        updater_fits(mem, e->schema, to, "failed to convert new object: ") < 0)
        return NULL;
    return compare_version(mem, w, e->schema, e->api_version, from, to, all) < 0 ? NULL : all->changed + all->n - 1;
}

static int compare_all(pool *mem, const managed_write *w, const json_t *from, const json_t *to, const entries *all,
                       versions *ret)
{
    ret->version = pool_take(mem, (all->n + 1) * sizeof(*ret->version));
    ret->changed = pool_take(mem, (all->n + 1) * sizeof(*ret->changed));
    return mem->failed ? -1 : compare_version(mem, w, w->schema, w->api_version, from, to, ret);
}

static int find_conflicts(pool *mem, const entries *all, const entry *self, const fields *const *taken, conflicts *ret)
{
    ret->v = pool_take(mem, (all->n + 1) * sizeof(*ret->v));
    ret->n = 0;
    for (size_t i = 0; ret->v && i < all->n; i++) {
        const entry *e = all->v + i;
        const fields *set = e == self || e->gone ? NULL : fields_common(mem, e->set, taken[i]);
        if (set)
            ret->v[ret->n++] = (conflict){e, set};
    }
    return ret->n ? 1 : 0;
}

int updater_take(pool *mem, const managed_write *w, const json_t *from, const json_t *to, entries *all,
                 const entry *self, conflicts *ret, comparison *ret_changed)
{
    const fields **taken = pool_take(mem, (all->n + 1) * sizeof(*taken)),
                 **removed = pool_take(mem, (all->n + 1) * sizeof(*removed));
    versions known = {0};

    if (mem->failed || compare_all(mem, w, from, to, all, &known) < 0)
        return -1;
    *ret_changed = known.changed[0];
    for (size_t i = 0; i < all->n; i++) {
        const comparison *c =
            all->v[i].gone || all->v + i == self ? known.changed : changes_in(mem, w, all->v + i, from, to, &known);
        if (!c)
            return -1;
        taken[i] = fields_union(mem, c->modified, c->added);
        removed[i] = c->removed;
    }
    if (ret && find_conflicts(mem, all, self, taken, ret))
        return 1;
    for (size_t i = 0; i < all->n; i++) {
        entry *e = all->v + i;
        const fields *left = fields_without(mem, fields_without(mem, e->set, taken[i]), removed[i]);
        if (e != self && !e->gone && (fields_common(mem, e->set, taken[i]) || fields_common(mem, e->set, removed[i])))
            entry_set(e, left);
        e->gone = e->gone || !e->set;
    }
    return mem->failed ? -1 : 0;
}

int updater_update(pool *mem, const managed_write *w, const char *manager, const json_t *from, const json_t *to,
                   entries *all)
{
    entry self = {.manager = *manager ? manager : "unknown",
                  .api_version = w->api_version,
                  .sub = w->sub,
                  .schema = w->schema},
          before = {0}, *mine;
    comparison c;
    const fields *set;

    if (updater_convert(mem, w, from, all) < 0)
        return -1;
    mine = entries_find(all, &self);
    if (mine)
        before = *mine;
    if (updater_take(mem, w, from, to, all, NULL, NULL, &c) < 0)
        return -1;
    set = updater_strip(mem, fields_union(mem, c.modified, c.added));
    if (set) {
        mine = entries_add(mem, all, &self);
        if (!mine)
            return -1;
        entry_set(mine, fields_union(mem, set, mine->set));
        if (fields_equal(mine->set, before.set))
            mine->json = before.json; /* as mostly: the same members are written again */
        mine->time = w->time;
    }
    entries_cap(mem, all);
    return mem->failed ? -1 : 0;
}
