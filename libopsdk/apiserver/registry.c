#include "apiserver/join.h"
#include "apiserver/resource.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct registry {
    resource **list; /* in order of adding */
    size_t n, cap;
    uint64_t generation;
};

registry *registry_new(void)
{
    return calloc(1, sizeof(registry));
}

registry *registry_free(registry *r)
{
    if (r)
        free(r->list);
    free(r);
    return NULL;
}

int registry_add(registry *r, resource *res)
{
    resource **more;

    if (r->n == r->cap) {
        more = reallocarray(r->list, r->cap + 64, sizeof(*more));
        if (!more)
            return -1;
        r->list = more;
        r->cap += 64;
    }
    r->list[r->n++] = res;
    r->generation++;
    return 0;
}

void registry_remove(registry *r, resource *res)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->list[i] == res) {
            memmove(r->list + i, r->list + i + 1, (r->n - i - 1) * sizeof(*r->list));
            r->n--;
            r->generation++;
            return;
        }
}

static bool is_in(const resource *res, const char *group, const char *version)
{
    return strcmp(res->group, group) == 0 && strcmp(res->version, version) == 0;
}

resource *registry_find(const registry *r, const char *group, const char *version, const char *plural)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->list[i]->plural, plural) == 0 && is_in(r->list[i], group, version) && !r->list[i]->hidden)
            return r->list[i];
    return NULL;
}

resource *registry_kind(const registry *r, const char *api_version, const char *kind)
{
    const char *slash = strchr(api_version, '/'), *version = slash ? slash + 1 : api_version;
    size_t len = slash ? (size_t)(slash - api_version) : 0;

    for (size_t i = 0; i < r->n; i++) {
        resource *res = r->list[i];
        if (strcmp(res->kind, kind) == 0 && strcmp(res->version, version) == 0 && strlen(res->group) == len &&
            memcmp(res->group, api_version, len) == 0 && !res->hidden && !res->review)
            return res;
    }
    return NULL;
}

uint64_t registry_generation(const registry *r)
{
    return r->generation;
}

resource *registry_next(const registry *r, size_t *at)
{
    return *at < r->n ? r->list[(*at)++] : NULL;
}

resource *resource_hold(resource *res)
{
    if (res->free)
        res->refs++;
    return res;
}

void resource_release(resource *res)
{
    if (res->free && --res->refs == 0)
        res->free(res);
}

const char *resource_home(const resource *res)
{
    return res->home ? res->home : res->group;
}

const subresource *resource_sub(const resource *res, const char *name)
{
    for (const subresource *s = res->subresources; s && s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

const char *resource_label(const resource *res, char *room, size_t len)
{
    return join(room, len, res->plural, *res->group ? '.' : '\0', res->group);
}
