#include "apiserver/crd/crds.h"

#include "apiserver/crd/check.h"
#include "apiserver/crd/conditions.h"
#include "apiserver/crd/version.h"
#include "apiserver/http.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLEANUP "customresourcecleanup.apiextensions.k8s.io"

static const char manager[] = "apiserver";

/* A CRD whose resources are served. */
typedef struct served {
    struct served *next;
    char *name;
    json_t *spec, *names;  /* what its versions were made of */
    bool ends;             /* its objects are being deleted, */
    char after[LIMIT_KEY]; /* up to this one */
    size_t n;
    crd_version *versions[];
} served;

struct crds {
    apiserver *server;
    served *list;
};

crds *crds_new(apiserver *s)
{
    crds *all = calloc(1, sizeof(*all));

    if (all)
        all->server = s;
    return all;
}

static const json_t *spec_of(const json_t *crd)
{
    return json_object_get(crd, "spec");
}

/* ---- what is served ---- */

/* Watches on it end; its objects stay until they are deleted. */
static void withdraw(crds *all, served *s)
{
    size_t i;

    for (i = 0; i < s->n; i++) {
        registry_remove(all->server->resources, &s->versions[i]->res);
        collection_end_watches(s->versions[i]->res.objects);
        collection_set_resource(s->versions[i]->res.objects, NULL);
        crd_version_drop(s->versions[i]);
    }
    json_decref(s->spec);
    json_decref(s->names);
    free(s->name);
    free(s);
}

static served **find(crds *all, const char *name)
{
    served **s = &all->list;

    while (*s && strcmp((*s)->name, name) != 0)
        s = &(*s)->next;
    return s;
}

static void forget(crds *all, const char *name)
{
    served **at = find(all, name), *s = *at;

    if (!s)
        return;
    *at = s->next;
    withdraw(all, s);
}

crds *crds_free(crds *all)
{
    while (all && all->list)
        forget(all, all->list->name);
    free(all);
    return NULL;
}

/* Versions that are neither served nor stored need no resource. */
static bool is_needed(const json_t *version)
{
    return json_is_true(json_object_get(version, "served")) || json_is_true(json_object_get(version, "storage"));
}

static int add_versions(crds *all, served *s, const json_t *crd)
{
    const json_t *versions = json_object_get(spec_of(crd), "versions");
    size_t i;
    json_t *version;

    json_array_foreach((json_t *)versions, i, version)
    {
        crd_version *v = is_needed(version) ? crd_version_new(all->server, crd, i) : NULL;
        if (!v && is_needed(version))
            return -1;
        if (!v)
            continue;
        s->versions[s->n++] = v;
        if (registry_add(all->server->resources, &v->res) < 0)
            return -1;
        if (json_is_true(json_object_get(version, "storage")))
            collection_set_resource(v->res.objects, &v->res);
    }
    return 0;
}

static bool is_as_served(const served *s, const json_t *crd)
{
    return s && json_equal(s->spec, spec_of(crd)) &&
           json_equal(s->names, json_object_get(json_object_get(crd, "status"), "acceptedNames"));
}

/* Serves crd as it is now, when its names are accepted. */
static void serve(crds *all, const json_t *crd)
{
    const char *name = meta_text(crd, "name");
    const json_t *versions = json_object_get(spec_of(crd), "versions");
    served *s = *find(all, name);

    if (is_as_served(s, crd) || (!crd_condition_true(crd, "NamesAccepted") && !crd_condition_true(crd, "Established")))
        return;
    forget(all, name);
    s = calloc(1, sizeof(*s) + json_array_size(versions) * sizeof(s->versions[0]));
    if (!s)
        return;
    s->name = strdup(name);
    s->spec = json_clone(spec_of(crd));
    s->names = json_clone(json_object_get(json_object_get(crd, "status"), "acceptedNames"));
    if (!s->name || add_versions(all, s, crd) < 0) {
        withdraw(all, s);
        return;
    }
    s->next = all->list;
    all->list = s;
}

/* ---- controllers ---- */

static resource *crd_resource(const apiserver *s)
{
    return registry_find(s->resources, "apiextensions.k8s.io", "v1", "customresourcedefinitions");
}

/* A conflict or a CRD that is gone means that somebody else has work of it now; nobody is there to be told of other failures. */
static void update_status(apiserver *s, const json_t *crd)
{
    auto_failure why = {0};

    api_update(s, crd_resource(s), "status", crd, manager, &why);
}

typedef struct group_walk {
    const char *group, *but;
    json_t *found;
} group_walk;

static int add_of_group(item *it, void *user)
{
    group_walk *walk = user;
    json_t *crd = item_json(it);

    if (crd && strcmp(doc_text(spec_of(crd), "group"), walk->group) == 0 && strcmp(it->name, walk->but) != 0)
        json_array_append(walk->found, crd);
    json_decref(crd);
    return 0;
}

/* The other CRDs of its group; the caller's. */
static json_t *others_of(const apiserver *s, const json_t *crd)
{
    group_walk walk = {doc_text(spec_of(crd), "group"), meta_text(crd, "name"), json_array()};
    auto_failure why = {0};

    collection_each(crd_resource(s)->objects, 0, "", NULL, add_of_group, &walk, &why);
    return walk.found;
}

/* True: names were settled anew, and all that follows from that has happened. */
static bool settle_names(apiserver *s, const json_t *crd)
{
    json_auto_t *others = NULL, *changed = NULL;
    char now[32];

    if (crd_names_settled(crd))
        return false;
    others = others_of(s, crd);
    changed = json_clone(crd);
    if (!changed || crd_settle_names(changed, others, apiserver_time(s, now)) != 1)
        return false;
    update_status(s, changed);
    return true;
}

/* Names may have become free: the others of the group are asked again. */
static void settle_others(apiserver *s, const json_t *crd)
{
    json_auto_t *others = others_of(s, crd);
    size_t i;
    json_t *other;

    json_array_foreach(others, i, other)
    {
        item *it =
            crd_names_settled(other) ? NULL : collection_get(crd_resource(s)->objects, "", meta_text(other, "name"));
        json_auto_t *now = it ? item_json(it) : NULL;
        if (now)
            settle_names(s, now);
    }
}

static bool establish(apiserver *s, const json_t *crd)
{
    static const crd_condition established = {"Established", "True", "InitialNamesAccepted",
                                              "the initial names have been accepted"};
    json_auto_t *changed = NULL;
    char now[32];

    if (!crd_condition_true(crd, "NamesAccepted") || crd_condition_true(crd, "Established"))
        return false;
    changed = json_clone(crd);
    if (!changed || crd_condition_set(changed, &established, apiserver_time(s, now)) < 0)
        return false;
    update_status(s, changed);
    return true;
}

/* ---- the end ---- */

static bool has_cleanup(const json_t *crd)
{
    const json_t *list = json_object_get(meta_of(crd), "finalizers");
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), CLEANUP) == 0)
            return true;
    }
    return false;
}

static void drop_cleanup(json_t *crd)
{
    json_t *list = json_object_get(meta_of(crd), "finalizers");
    size_t i;

    for (i = json_array_size(list); i-- > 0;) {
        if (strcmp(json_string_value(json_array_get(list, i)), CLEANUP) == 0)
            json_array_remove(list, i);
    }
    if (json_array_size(list) == 0)
        json_object_del(meta_of(crd), "finalizers");
}

/* Its condition Terminating, as stored now; last: and its finalizer goes. */
static void set_terminating(apiserver *s, const char *name, const crd_condition *c, bool last)
{
    item *it = collection_get(crd_resource(s)->objects, "", name);
    json_auto_t *crd = it ? item_json(it) : NULL;
    char now[32];

    if (!crd || crd_condition_set(crd, c, apiserver_time(s, now)) < 0)
        return;
    if (last)
        drop_cleanup(crd);
    update_status(s, crd);
}

typedef struct batch {
    item *items[LIMIT_GC_TURN];
    size_t n;
} batch;

static int gather(item *it, void *user)
{
    batch *b = user;

    b->items[b->n++] = item_ref(it);
    return b->n == LIMIT_GC_TURN;
}

static void work(apiserver *s);

/* Some of its objects; the rest on the loop.  Those that have finalizers stay until these go.  s may go with the last. */
static void delete_some(apiserver *server, served *s, resource *res)
{
    batch b = {.n = 0};
    auto_failure why = {0};

    collection_each(res->objects, 0, "", *s->after ? s->after : NULL, gather, &b, &why);
    s->ends = b.n == LIMIT_GC_TURN;
    if (s->ends)
        http_soon(server, work, 0);
    if (b.n)
        snprintf(s->after, sizeof(s->after), "%s", b.items[b.n - 1]->key);
    for (size_t i = 0; i < b.n; i++) {
        auto_failure one = {0};
        api_delete(server, res, b.items[i]->ns, b.items[i]->name, b.items[i]->uid, NULL, &one);
        item_unref(b.items[i]);
    }
}

static void work(apiserver *server)
{
    for (served *s = server->crds->list; s; s = s->next) {
        resource *res;
        if (!s->ends)
            continue;
        res = resource_hold(&s->versions[0]->res);
        delete_some(server, s, res);
        resource_release(res);
        return;
    }
}

static void finish(apiserver *s, const char *name, bool established)
{
    static const crd_condition done = {"Terminating", "False", "InstanceDeletionCompleted", "removed all instances"},
                               never = {"Terminating", "False", "NeverEstablished", "resource was never established"};

    set_terminating(s, name, established ? &done : &never, true);
}

static void terminate(crds *all, const json_t *crd)
{
    static const crd_condition progress = {"Terminating", "True", "InstanceDeletionInProgress",
                                           "CustomResource deletion is in progress"};
    bool established = crd_condition_true(crd, "Established");
    const char *name = meta_text(crd, "name");
    served *s;
    resource *res;

    set_terminating(all->server, name, &progress, false);
    s = established ? *find(all, name) : NULL;
    if (s && s->n) {
        res = resource_hold(&s->versions[0]->res); /* any will do: they have one collection */
        s->after[0] = '\0';
        delete_some(all->server, s, res);
        if (collection_len(res->objects) == 0 && collection_get(crd_resource(all->server)->objects, "", name))
            finish(all->server, name, established);
        resource_release(res);
        return;
    }
    finish(all->server, name, established);
}

void crds_object_gone(apiserver *s, const resource *res)
{
    const crd_version *v = res->owner;
    item *it = collection_get(crd_resource(s)->objects, "", v->crd_name);
    json_auto_t *crd = NULL;

    if (collection_len(res->objects) > 0 || !it)
        return;
    crd = item_json(it);
    if (json_object_get(meta_of(crd), "deletionTimestamp") && has_cleanup(crd))
        finish(s, it->name, true);
}

bool crds_ends(const resource *res)
{
    const crd_version *v = res->owner;

    return v->ends;
}

/* ---- the strategy ---- */

/* Creates are refused from the mark on. */
static void note_end(crds *all, const json_t *crd)
{
    served *s = *find(all, meta_text(crd, "name"));

    for (size_t i = 0; s && i < s->n; i++)
        s->versions[i]->ends = crd_condition_true(crd, "Terminating");
}

static void removed(crds *all, const json_t *old)
{
    forget(all, meta_text(old, "name"));
    settle_others(all->server, old);
}

static void stored(call *c, const json_t *now, const json_t *old)
{
    crds *all = c->server->crds;

    if (!now) {
        removed(all, old);
        return;
    }
    serve(all, now);
    note_end(all, now);
    if (settle_names(all->server, now)) {
        settle_others(all->server, now);
        return;
    }
    if (establish(all->server, now))
        return;
    if (json_object_get(meta_of(now), "deletionTimestamp") && !json_object_get(meta_of(old), "deletionTimestamp") &&
        has_cleanup(now))
        terminate(all, now);
}

/* The first delete marks it and lets it live until its objects are gone. */
static bool deleting(call *c, json_t *crd)
{
    static const crd_condition pending = {
        "Terminating", "True", "InstanceDeletionPending",
        "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"};
    json_t *list = json_object_get(meta_of(crd), "finalizers");
    char now[32];

    apiserver_time(c->server, now);
    json_object_set_new(meta_of(crd), "deletionTimestamp", json_string(now));
    if (!list) {
        list = json_array();
        json_object_set_new(meta_of(crd), "finalizers", list);
    }
    if (!has_cleanup(crd))
        json_array_append_new(list, json_string(CLEANUP));
    crd_condition_set(crd, &pending, now);
    return true;
}

const strategy CRD_STRATEGY = {
    .defaults = crd_default,
    .prepare = crd_prepare,
    .validate = crd_validate,
    .warn = crd_warn,
    .stored = stored,
    .deleting = deleting,
};
