#include "pod.h"

#include <stdio.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

bool pod_is_running(const opsdk_object *pod)
{
    return same(opsdk_value_str(opsdk_at(pod, "/status/phase"), ""), "Running") && !opsdk_object_deleting(pod);
}

/* The entry of status.containerStatuses by name, if that container runs. */
static bool running_container(const opsdk_object *pod, const char *name, pod_container *ret)
{
    opsdk_value statuses = opsdk_at(pod, "/status/containerStatuses"), item = {0};

    while (opsdk_value_next(statuses, NULL, &item)) {
        if (!same(opsdk_value_str(opsdk_value_member(item, "name"), ""), name))
            continue;
        *ret = (pod_container){name, opsdk_value_str(opsdk_value_member(item, "containerID"), "")};
        return *ret->id && opsdk_value_type(opsdk_value_at(item, "/state/running")) == OPSDK_MAP;
    }
    return false;
}

bool pod_next_container(const opsdk_object *pod, size_t *i, pod_container *ret)
{
    const char *first = opsdk_object_annotation(pod, "kubectl.kubernetes.io/default-container");
    opsdk_value containers = opsdk_at(pod, "/spec/containers"), item = {0};
    size_t at = 1; /* number 0 is the default container */

    if (*i == 0) {
        *i = 1;
        if (first && running_container(pod, first, ret))
            return true;
    }
    while (opsdk_value_next(containers, NULL, &item)) {
        const char *name = opsdk_value_str(opsdk_value_member(item, "name"), "");

        if (at++ < *i)
            continue;
        *i = at;
        if (!same(name, first) && running_container(pod, name, ret))
            return true;
    }
    return false;
}

bool pod_is_processed(const opsdk_object *pod, const char *owner, const char *config)
{
    const char *container = opsdk_object_annotation(pod, KEYED_CONTAINER);
    pod_container now;

    return same(opsdk_object_annotation(pod, MARK), MARK_VERIFIED) &&
           same(opsdk_object_annotation(pod, KEYED_EXPORTER), owner) &&
           (!config || same(opsdk_object_annotation(pod, KEYED_CONFIG), config)) && container &&
           running_container(pod, container, &now) && same(opsdk_object_annotation(pod, KEYED_CONTAINER_ID), now.id);
}

bool pod_is_marked(const opsdk_object *pod)
{
    return opsdk_object_annotation(pod, KEYED_EXPORTER) != NULL;
}

/* value NULL removes the annotation. */
typedef struct annotation {
    const char *name, *value;
} annotation;

/* All or nothing: the object may be older than our last patch, so that a member which seems to have its value has another. */
static int annotate(const opsdk_request *rq, const annotation *list, size_t n, opsdk_error *err)
{
    json_t *changes = json_object();
    bool differ = false;
    int r = changes ? 0 : -1;

    for (size_t i = 0; i < n && r == 0; i++) {
        const char *now = opsdk_object_annotation(rq->object, list[i].name);

        differ = differ || (now != list[i].value && !same(now, list[i].value));
        r = json_object_set_new(changes, list[i].name, list[i].value ? json_string(list[i].value) : json_null());
    }
    if (r < 0 || !differ) {
        json_decref(changes);
        return r < 0 ? opsdk_error_set(err, OPSDK_ENOMEM, "out of memory") : 0;
    }
    /* With the uid: a pod of the same name that took its place in between must not be marked.
     * +opsdk:rbac:groups="",resources=pods,verbs=patch */
    return opsdk_merge(
        rq->client, rq->key,
        json_pack("{s:{s:s, s:o}}", "metadata", "uid", opsdk_object_uid(rq->object), "annotations", changes), NULL,
        NULL, err);
}

int pod_mark_processed(const opsdk_request *rq, const exporter *e, const pod_container *c, const char *config,
                       int64_t port, opsdk_error *err)
{
    char number[8];
    const annotation list[] = {
        {SCRAPE, "true"},
        {SCRAPE_PORT, number},
        {SCRAPE_PATH, METRICS_PATH},
        {MARK, MARK_VERIFIED},
        {KEYED_CONTAINER, c->name},
        {KEYED_CONTAINER_ID, c->id},
        {KEYED_CONFIG, config},
        {KEYED_EXPORTER, opsdk_object_key(e->obj).name},
        {KEYED_REASON, NULL},
    };

    snprintf(number, sizeof(number), "%d", (int)port);
    return annotate(rq, list, sizeof(list) / sizeof(list[0]), err);
}

int pod_mark_failed(const opsdk_request *rq, const exporter *e, const char *reason, opsdk_error *err)
{
    const annotation list[] = {
        {KEYED_EXPORTER, opsdk_object_key(e->obj).name},
        {KEYED_REASON, reason},
    };

    return annotate(rq, list, sizeof(list) / sizeof(list[0]), err);
}

int pod_unmark(const opsdk_request *rq, opsdk_error *err)
{
    static const char *const names[] = {MARK,         KEYED_CONTAINER, KEYED_CONTAINER_ID, KEYED_CONFIG, KEYED_EXPORTER,
                                        KEYED_REASON, SCRAPE,          SCRAPE_PORT,        SCRAPE_PATH};
    annotation list[sizeof(names) / sizeof(names[0])];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        /* The scrape annotations are ours only if the mark is there. */
        if (strncmp(names[i], "prometheus.io/", 14) == 0 && !opsdk_object_annotation(rq->object, MARK))
            continue;
        list[n++] = (annotation){names[i], NULL};
    }
    return annotate(rq, list, n, err);
}
