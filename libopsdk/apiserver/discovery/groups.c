#include "apiserver/discovery/groups.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- versions ---- */

/* "v2beta3" is {.level = 1, 2, 3}; level 0 is no such version. */
typedef struct parsed {
    int level; /* 3: v1; 2: v1beta1; 1: v1alpha1 */
    unsigned long major, minor;
} parsed;

/* Digits without a leading zero. */
static bool read_number(const char **at, unsigned long *ret)
{
    char *end;

    if (!isdigit((unsigned char)**at) || **at == '0')
        return false;
    *ret = strtoul(*at, &end, 10);
    *at = end;
    return true;
}

static parsed parse(const char *text)
{
    parsed p = {.level = 3};

    if (*text++ != 'v' || !read_number(&text, &p.major))
        return (parsed){0};
    if (!*text)
        return p;
    if (strncmp(text, "beta", 4) == 0) {
        p.level = 2;
        text += 4;
    } else if (strncmp(text, "alpha", 5) == 0) {
        p.level = 1;
        text += 5;
    }
    return p.level < 3 && read_number(&text, &p.minor) && !*text ? p : (parsed){0};
}

static int descending(unsigned long a, unsigned long b)
{
    return a > b ? -1 : a < b;
}

int version_compare(const char *a, const char *b)
{
    parsed x = parse(a), y = parse(b);
    int r = descending((unsigned long)x.level, (unsigned long)y.level);

    if (r == 0 && x.level == 0)
        return strcmp(a, b);
    if (r == 0)
        r = descending(x.major, y.major);
    return r ? r : descending(x.minor, y.minor);
}

/* ---- groups ---- */

/* A resource with what it is sorted by. */
typedef struct entry {
    resource *res;
    size_t group_rank, rank; /* in the registry, of built-in ones; SIZE_MAX else */
} entry;

static int by_order(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    int r = a->group_rank != b->group_rank ? (a->group_rank < b->group_rank ? -1 : 1) : 0;

    if (r == 0)
        r = strcmp(a->res->group, b->res->group);
    if (r == 0)
        r = a->res->custom - b->res->custom;
    if (r == 0 && a->res->custom)
        r = version_compare(a->res->version, b->res->version);
    if (r == 0 && a->res->custom)
        r = strcmp(a->res->plural, b->res->plural);
    return r ? r : a->rank < b->rank ? -1 : a->rank > b->rank;
}

static size_t rank_of_group(const registry *r, const char *group)
{
    const resource *res;

    for (size_t at = 0; (res = registry_next(r, &at));)
        if (!res->custom && strcmp(res->group, group) == 0)
            return at;
    return SIZE_MAX;
}

bool groups_has_builtin(const registry *r, const char *group)
{
    return rank_of_group(r, group) != SIZE_MAX;
}

static entry *collect(const registry *r, size_t *ret_n)
{
    size_t n = 0, at = 0;
    entry *entries;
    resource *res;

    while (registry_next(r, &at))
        n++;
    entries = calloc(n + 1, sizeof(*entries));
    if (!entries)
        return NULL;
    n = 0;
    for (at = 0; (res = registry_next(r, &at));)
        if (!res->hidden)
            entries[n++] = (entry){res, rank_of_group(r, res->group), res->custom ? SIZE_MAX : at};
    qsort(entries, n, sizeof(*entries), by_order);
    *ret_n = n;
    return entries;
}

static bool is_same(const group_version *g, const resource *res)
{
    return strcmp(g->group, res->group) == 0 && strcmp(g->version, res->version) == 0;
}

group_version *groups_list(const registry *r, size_t *ret_n)
{
    size_t n = 0, n_groups = 0;
    entry *entries = collect(r, &n);
    group_version *groups = entries ? calloc(1, (n + 1) * (sizeof(*groups) + sizeof(resource *))) : NULL;
    resource **resources = (resource **)(groups ? groups + n + 1 : NULL);

    for (size_t i = 0; groups && i < n; i++) {
        resources[i] = entries[i].res;
        if (n_groups == 0 || !is_same(&groups[n_groups - 1], resources[i]))
            groups[n_groups++] =
                (group_version){resources[i]->group, resources[i]->version, resources[i]->custom, resources + i, 0};
        groups[n_groups - 1].n++;
    }
    free(entries);
    *ret_n = n_groups;
    return groups;
}

storage_type groups_storage(const registry *r, const resource *res)
{
    const resource *other;

    if (res->custom || res->storage_version)
        return (storage_type){res->group, res->storage_version ? res->storage_version : res->version, res->kind};
    for (size_t at = 0; (other = registry_next(r, &at));)
        if (other->objects == res->objects)
            return (storage_type){other->group, other->version, other->kind};
    return (storage_type){res->group, res->version, res->kind};
}
