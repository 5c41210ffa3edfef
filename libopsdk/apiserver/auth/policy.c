#include "apiserver/auth/policy.h"
#include "apiserver/auth/user.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/meta.h"

#include <stdlib.h>
#include <string.h>

typedef struct entry {
    char *ns, *name; /* ns is "" for what belongs to the cluster */
    json_t *doc;     /* a copy */
} entry;

typedef struct table { /* in order of ns and name */
    entry *list;
    size_t n, cap;
} table;

struct policy {
    table roles, bindings;
};

policy *policy_new(void)
{
    return calloc(1, sizeof(policy));
}

static void entry_clear(entry *e)
{
    free(e->ns);
    free(e->name);
    json_decref(e->doc);
}

static void table_clear(table *t)
{
    for (size_t i = 0; i < t->n; i++)
        entry_clear(&t->list[i]);
    free(t->list);
}

policy *policy_free(policy *p)
{
    if (!p)
        return NULL;
    table_clear(&p->roles);
    table_clear(&p->bindings);
    free(p);
    return NULL;
}

/* ---- tables ---- */

static int order(const entry *e, const char *ns, const char *name)
{
    int r = strcmp(e->ns, ns);

    return r ? r : strcmp(e->name, name);
}

/* The first that is not before; name "" is before all of a namespace. */
static size_t place(const table *t, const char *ns, const char *name)
{
    size_t low = 0, high = t->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order(&t->list[middle], ns, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const json_t *find(const table *t, const char *ns, const char *name)
{
    size_t at = place(t, ns, name);

    return at < t->n && order(&t->list[at], ns, name) == 0 ? t->list[at].doc : NULL;
}

static void take_out(table *t, size_t at)
{
    entry_clear(&t->list[at]);
    memmove(t->list + at, t->list + at + 1, (--t->n - at) * sizeof(*t->list));
}

static bool grow(table *t)
{
    size_t cap = t->cap ? 2 * t->cap : 32;
    entry *more;

    if (t->n < t->cap)
        return true;
    more = reallocarray(t->list, cap, sizeof(*more));
    if (!more)
        return false;
    t->list = more;
    t->cap = cap;
    return true;
}

static int put_in(table *t, size_t at, entry e)
{
    if (!e.ns || !e.name || !e.doc || !grow(t)) {
        entry_clear(&e);
        return -1;
    }
    memmove(t->list + at + 1, t->list + at, (t->n++ - at) * sizeof(*t->list));
    t->list[at] = e;
    return 0;
}

/* All of it: jansson leaves out what it finds no memory for, and a rule without its resourceNames would grant more. */
static json_t *copy_of(const json_t *doc)
{
    json_t *copy = json_clone(doc);

    if (json_equal(copy, doc))
        return copy;
    json_decref(copy);
    return NULL;
}

int policy_put(policy *p, bool binding, const char *ns, const char *name, const json_t *now)
{
    table *t = binding ? &p->bindings : &p->roles;
    size_t at = place(t, ns, name);

    if (at < t->n && order(&t->list[at], ns, name) == 0)
        take_out(t, at);
    if (!now)
        return 0;
    return put_in(t, at, (entry){strdup(ns), strdup(name), copy_of(now)});
}

const json_t *policy_cluster_role(const policy *p, size_t *at)
{
    const entry *e = *at < p->roles.n ? &p->roles.list[(*at)++] : NULL;

    return e && !*e->ns ? e->doc : NULL;
}

/* ---- who has what ---- */

static bool is_account(const json_t *subject, const char *ns, const char *user)
{
    const char *own = doc_text(subject, "namespace");
    account_name account;

    if (*own)
        ns = own;
    return user_account(user, &account) && strcmp(account.ns, ns) == 0 && doc_is(subject, "name", account.name);
}

static bool is_him(const json_t *subject, const char *ns, const user_info *user)
{
    if (doc_is(subject, "kind", "User"))
        return doc_is(subject, "name", user->name);
    if (doc_is(subject, "kind", "Group"))
        return user_is_in(user, doc_text(subject, "name"));
    return doc_is(subject, "kind", "ServiceAccount") && is_account(subject, ns, user->name);
}

static const json_t *subject_of(const json_t *binding, const char *ns, const user_info *user)
{
    size_t i;
    json_t *subject;

    json_array_foreach(doc_get(binding, "subjects"), i, subject) if (is_him(subject, ns, user)) return subject;
    return NULL;
}

const json_t *policy_rules(const policy *p, const char *ns, const json_t *ref, bool *ret_found)
{
    const json_t *role = find(&p->roles, doc_is(ref, "kind", "ClusterRole") ? "" : ns, doc_text(ref, "name"));

    *ret_found = role != NULL;
    return doc_get(role, "rules");
}

static bool each_rule(const policy *p, grant *g, grant_fn *each, void *arg)
{
    bool found;
    const json_t *rules = policy_rules(p, g->ns, g->ref, &found);
    size_t i;
    json_t *rule;

    g->rule = NULL;
    if (!found)
        return each(g, arg);
    json_array_foreach((json_t *)rules, i, rule)
    {
        g->rule = rule;
        if (each(g, arg))
            return true;
    }
    return false;
}

static bool each_in(const policy *p, const user_info *user, const char *ns, grant_fn *each, void *arg)
{
    const table *t = &p->bindings;

    for (size_t at = place(t, ns, ""); at < t->n && strcmp(t->list[at].ns, ns) == 0; at++) {
        const json_t *doc = t->list[at].doc;
        grant g = {
            .ns = ns, .name = t->list[at].name, .ref = doc_get(doc, "roleRef"), .subject = subject_of(doc, ns, user)};
        if (g.subject && each_rule(p, &g, each, arg))
            return true;
    }
    return false;
}

bool policy_each(const policy *p, const user_info *user, const char *ns, grant_fn *each, void *arg)
{
    return each_in(p, user, "", each, arg) || (*ns && each_in(p, user, ns, each, arg));
}
