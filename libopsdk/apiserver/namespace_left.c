#include "apiserver/namespace_left.h"
#include "apiserver/crd/conditions.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void namespace_left_clear(namespace_left *left)
{
    json_decref(left->kinds);
    json_decref(left->finalizers);
    json_decref(left->stuck);
    *left = (namespace_left){0};
}

static void add_one(json_t **counts, const char *name)
{
    if (!*counts)
        *counts = json_object();
    json_object_set_new(*counts, name, json_integer(json_integer_value(json_object_get(*counts, name)) + 1));
}

/* A pod that has a time to end has that time. */
static bool has_time(const json_t *obj)
{
    return json_integer_value(json_object_get(meta_of(obj), "deletionGracePeriodSeconds")) > 0;
}

void namespace_left_count(namespace_left *left, const resource *res, const item *it)
{
    json_auto_t *obj = item_json(it);
    json_t *list = json_object_get(meta_of(obj), "finalizers"), *one;
    char text[600];
    size_t i;

    snprintf(text, sizeof(text), "%s.%s", res->plural, res->group);
    add_one(&left->kinds, text);
    json_array_foreach(list, i, one) add_one(&left->finalizers, json_string_value(one));
    snprintf(text, sizeof(text), "%s/%s, Resource=%s", res->group, res->version, res->plural);
    if (json_array_size(list) == 0 && !has_time(obj))
        add_one(&left->stuck, text);
}

bool namespace_left_any(const namespace_left *left)
{
    return left->kinds != NULL;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "pods. has 2 resource instances, ...", in order. */
static void join(const json_t *counts, const char *between, const char *behind, buf *out)
{
    size_t n = json_object_size(counts), i = 0;
    const char **names = calloc(n + 1, sizeof(*names)), *name;
    json_t *count;

    if (!names) {
        out->failed = true;
        return;
    }
    json_object_foreach((json_t *)counts, name, count) names[i++] = name;
    qsort(names, n, sizeof(*names), compare);
    for (i = 0; i < n; i++)
        buf_printf(out, "%s%s%s%lld%s", i ? ", " : "", names[i], between,
                   (long long)json_integer_value(json_object_get(counts, names[i])), behind);
    free(names);
}

static void list_stuck(const json_t *stuck, const char *ns, buf *out)
{
    const char *name;
    json_t *count;
    bool first = true;

    json_object_foreach((json_t *)stuck, name, count)
    {
        buf_printf(out, "%sunexpected items still remain in namespace: %s for gvr: %s", first ? "" : ", ", ns, name);
        first = false;
    }
}

static bool set(json_t *ns, const crd_condition *c, const char *now)
{
    json_t *before = json_clone(crd_condition_find(ns, c->type));
    bool changed;

    crd_condition_set(ns, c, now);
    changed = !before || !json_equal(before, crd_condition_find(ns, c->type));
    json_decref(before);
    return changed;
}

static bool set_either(json_t *ns, bool fails, const crd_condition *ok, const char *reason, const buf *message,
                       const char *now)
{
    const crd_condition bad = {ok->type, "True", reason, message->data};

    return set(ns, fails && message->data && !message->failed ? &bad : ok, now);
}

bool namespace_left_tell(const namespace_left *left, json_t *ns, const char *now, bool only_pods)
{
    static const crd_condition ok[] = {
        {"NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"},
        {"NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions",
         "All legacy kube types successfully parsed"},
        {"NamespaceDeletionContentFailure", "False", "ContentDeleted",
         "All content successfully deleted, may be waiting on finalization"},
        {"NamespaceContentRemaining", "False", "ContentRemoved", "All content successfully removed"},
        {"NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers",
         "All content-preserving finalizers finished"}};
    auto_buf stuck = BUF_INIT(LIMIT_OBJECT), kinds = BUF_INIT(LIMIT_OBJECT), finalizers = BUF_INIT(LIMIT_OBJECT);
    bool changed = set(ns, &ok[0], now);

    buf_printf(&stuck, "Failed to delete all resource types, %zu remaining: ", json_object_size(left->stuck));
    list_stuck(left->stuck, meta_text(ns, "name"), &stuck);
    buf_puts(&kinds, "Some resources are remaining: ");
    join(left->kinds, " has ", " resource instances", &kinds);
    buf_puts(&finalizers, "Some content in the namespace has finalizers remaining: ");
    join(left->finalizers, " in ", " resource instances", &finalizers);
    changed |= set(ns, &ok[1], now);
    changed |= set_either(ns, left->stuck, &ok[2], "ContentDeletionFailed", &stuck, now);
    changed |= set_either(ns, left->kinds && !only_pods, &ok[3], "SomeResourcesRemain", &kinds, now);
    changed |= set_either(ns, left->finalizers && !only_pods, &ok[4], "SomeFinalizersRemain", &finalizers, now);
    return changed;
}
