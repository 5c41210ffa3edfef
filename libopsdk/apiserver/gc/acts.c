#include "apiserver/gc/acts.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/meta.h"
#include "apiserver/version.h"

#include <stdio.h>
#include <string.h>

static const actor collector = {"system:serviceaccount:kube-system:generic-garbage-collector",
                                "kube-controller-manager"};

/* What is gone needs nothing more. */
static int done(int r, const failure *why)
{
    return r < 0 && why->code != 404 ? -1 : 0;
}

int act_delete(apiserver *s, const gc_node *n, const char *propagation)
{
    resource *res = collection_resource(n->objects);
    json_auto_t *opts = json_pack("{s:{s:s}, s:s}", "preconditions", "uid", n->uid, "propagationPolicy", propagation);
    auto_failure why = {0};

    if (!res || !opts)
        return -1;
    return done(actor_delete(s, &collector, res, n->it->ns, n->it->name, opts, &why), &why);
}

/* The object as it is, to be changed; the caller's. */
static json_t *load(const gc_node *n)
{
    resource *res = collection_resource(n->objects);

    return res && n->it ? version_read(res, n->it) : NULL;
}

static int patch(apiserver *s, const gc_node *n, const json_t *obj)
{
    auto_failure why = {0};

    return done(actor_update(s, &collector, "patch", collection_resource(n->objects), "", obj, &why), &why);
}

/* Leaves out what drop says, and the list when nothing is left. */
static void filter(json_t *meta, const char *name, bool (*drop)(const json_t *one, const void *user), const void *user)
{
    json_t *list = json_object_get(meta, name);

    for (size_t i = json_array_size(list); i-- > 0;)
        if (drop(json_array_get(list, i), user))
            json_array_remove(list, i);
    if (json_array_size(list) == 0)
        json_object_del(meta, name);
}

static bool is_text(const json_t *one, const void *text)
{
    return json_is_string(one) && strcmp(json_string_value(one), text) == 0;
}

int act_drop_finalizer(apiserver *s, const gc_node *n, const char *finalizer)
{
    json_auto_t *obj = load(n);

    if (!obj)
        return -1;
    filter(meta_of(obj), "finalizers", is_text, finalizer);
    return patch(s, n, obj);
}

static bool is_of(const json_t *ref, const void *uids)
{
    return doc_has(uids, doc_text(ref, "uid"));
}

int act_drop_owners(apiserver *s, const gc_node *n, const json_t *uids)
{
    json_auto_t *obj = load(n);

    if (!obj)
        return -1;
    filter(meta_of(obj), "ownerReferences", is_of, uids);
    return patch(s, n, obj);
}

int act_drop_owner(apiserver *s, const gc_node *n, const char *uid)
{
    json_auto_t *uids = json_pack("[s]", uid);

    return uids ? act_drop_owners(s, n, uids) : -1;
}

int act_unblock(apiserver *s, const gc_node *n)
{
    json_auto_t *obj = load(n);
    size_t i;
    json_t *ref;

    if (!obj)
        return -1;
    json_array_foreach(json_object_get(meta_of(obj), "ownerReferences"), i, ref)
    {
        if (doc_flag(ref, "blockOwnerDeletion"))
            json_object_set_new(ref, "blockOwnerDeletion", json_false());
    }
    return patch(s, n, obj);
}

/* ---- the event ---- */

static json_t *describe(apiserver *s, const gc_node *n, const resource *res, const char *message)
{
    char name[META_NAME + 32], version[320], now[32];

    snprintf(name, sizeof(name), "%.63s.%llx", n->it->name, (unsigned long long)apiserver_now_us(s) * 1000);
    apiserver_time(s, now);
    return json_pack("{s:{s:s}, s:{s:s, s:s, s:s*, s:s, s:s}, s:s, s:s, s:s, s:{s:s}, s:s, s:s, s:s, s:i}", "metadata",
                     "name", name, "involvedObject", "kind", res->kind, "apiVersion",
                     version_name(res, version, sizeof(version)), "namespace", *n->it->ns ? n->it->ns : NULL, "name",
                     n->it->name, "uid", n->uid, "reason", "OwnerRefInvalidNamespace", "message", message, "type",
                     "Warning", "source", "component", "garbage-collector-controller", "reportingComponent",
                     "garbage-collector-controller", "firstTimestamp", now, "lastTimestamp", now, "count", 1);
}

void act_complain(apiserver *s, const gc_node *n, const json_t *ref)
{
    resource *res = collection_resource(n->objects), *events = registry_kind(s->resources, "v1", "Event");
    auto_failure why = {0};
    json_auto_t *doc = NULL;
    char message[1024];

    snprintf(message, sizeof(message),
             "ownerRef [%s/%s, namespace: %s, name: %s, uid: %s] does not exist in namespace \"%s\"",
             doc_text(ref, "apiVersion"), doc_text(ref, "kind"), n->it->ns, doc_text(ref, "name"), doc_text(ref, "uid"),
             n->it->ns);
    doc = res && events ? describe(s, n, res, message) : NULL;
    if (doc)
        actor_create(s, &collector, events, *n->it->ns ? n->it->ns : "default", doc, &why);
}
