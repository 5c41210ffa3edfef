/* One pod: who wants it, is it done, else inject.  A key of its own per pod lets many be injected at once, each with its own
 * back-off, so that a pod in trouble never holds up the others. */
#include "handlers.h"
#include "inject.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Tries the running containers in turn until one has a JVM. */
static int inject_pod(const opsdk_request *rq, const exporter *e, const config_text *config, pod_container *ret,
                      int64_t *ret_port, opsdk_error *err)
{
    opsdk_error why = {0};
    size_t i = 0;
    int r = OPSDK_EBUSY;

    while (pod_next_container(rq->object, &i, ret)) {
        why = (opsdk_error){0};
        r = inject(rq, ret, e, config, ret_port, &why);
        if (r >= 0)
            return 0;
        if (strcmp(why.reason, "NoJvm") != 0)
            break;
    }
    if (err)
        *err = why;
    return r;
}

/* Says why on the pod, in an Event and as an annotation that the exporter's status is made from. */
static int report_failure(const opsdk_request *rq, const exporter *e, int code, opsdk_error *err)
{
    const char *before = opsdk_object_annotation(rq->object, KEYED_REASON);
    bool is_news = !before || strcmp(before, err->reason) != 0;

    /* Again at attempts 1, 2, 4, 8 ...: enough to see that it goes on. */
    if (is_news || (rq->attempt & (rq->attempt - 1)) == 0)
        opsdk_event(rq->client, rq->object, OPSDK_LOG_WARN, err->reason, "%s", err->message);
    (void)pod_mark_failed(rq, e, err->reason, NULL); /* the retry that follows writes it if this did not */
    return code;
}

static int reconcile(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    opsdk_auto_object *owner = NULL;
    auto_config_text config = {0};
    pod_container container;
    opsdk_error why = {0};
    exporter e;
    char hash[20];
    int64_t port = 0;
    size_t i = 0;
    int r;

    (void)ret;
    r = exporter_of_pod(rq->cache, rq->object, &owner, err);
    if (r < 0)
        return r;
    if (!owner)
        return pod_is_marked(rq->object) && !opsdk_object_deleting(rq->object) ? pod_unmark(rq, err) : 0;
    if (!pod_is_running(rq->object))
        return 0;
    r = exporter_read(owner, &e, err);
    if (r < 0)
        return r;
    r = config_text_of(rq->cache, &e, &config, NULL);
    if (r < 0)
        return 0; /* the exporter's own handler says so, once and not per pod; its ConfigMap's change wakes this pod */

    snprintf(hash, sizeof(hash), "%016" PRIx64, config_hash(&config, e.port));
    if (pod_is_processed(rq->object, opsdk_object_key(owner).name, hash))
        return 0;

    if (!pod_next_container(rq->object, &i, &container))
        return 0; /* one that starts wakes this pod */
    r = inject_pod(rq, &e, &config, &container, &port, &why);
    if (r < 0) {
        if (err)
            *err = why;
        return report_failure(rq, &e, r, &why);
    }
    r = pod_mark_processed(rq, &e, &container, hash, port, err);
    if (r < 0)
        return r;
    if (port != e.port)
        opsdk_event(rq->client, rq->object, OPSDK_LOG_WARN, "PortFixed",
                    "the agent stays on port %d until the process restarts, %d was asked for", (int)port, (int)e.port);
    opsdk_event(rq->client, rq->object, OPSDK_LOG_INFO, "Injected", "exporter %s serves %s on port %d in container %s",
                opsdk_object_key(owner).name, METRICS_PATH, (int)port, container.name);
    opsdk_log(OPSDK_LOG_INFO, rq->object, "injected: port %d, container %s", (int)port, container.name);
    return 0;
}

/* Pods that an exporter selects, and those that carry its mark: a narrower selector gives pods up. */
static void add_pods(const opsdk_object *exporter_obj, opsdk_cache *cache, opsdk_queue *queue)
{
    opsdk_auto_objects pods = {0};
    opsdk_key key = opsdk_object_key(exporter_obj);
    exporter e;
    bool readable = exporter_read(exporter_obj, &e, NULL) == 0;

    if (opsdk_cache_select(cache, &OPSDK_POD, key.ns, NULL, &pods, NULL) < 0)
        return;
    opsdk_foreach(pod, &pods)
    {
        const char *mark = opsdk_object_annotation(*pod, KEYED_EXPORTER);

        if ((mark && strcmp(mark, key.name) == 0) || (readable && exporter_selects(&e, *pod, NULL) > 0))
            opsdk_queue_add(queue, opsdk_object_key(*pod));
    }
}

static void map_exporter(const opsdk_object *changed, bool deleted, opsdk_cache *cache, opsdk_queue *queue, void *user)
{
    (void)deleted;
    (void)user;
    add_pods(changed, cache, queue);
}

static void map_config(const opsdk_object *changed, bool deleted, opsdk_cache *cache, opsdk_queue *queue, void *user)
{
    opsdk_auto_objects all = {0};
    opsdk_key key = opsdk_object_key(changed);

    (void)deleted;
    (void)user;
    if (opsdk_cache_select(cache, &PROMETHEUS_JMX_EXPORTER, key.ns, NULL, &all, NULL) < 0)
        return;
    opsdk_foreach(it, &all)
    {
        exporter e;

        if (exporter_read(*it, &e, NULL) == 0 && strcmp(e.config_map, key.name) == 0)
            add_pods(*it, cache, queue);
    }
}

static const opsdk_source sources[] = {
    {.kind = &PROMETHEUS_JMX_EXPORTER, .map = map_exporter},
    {.kind = &OPSDK_CONFIGMAP, .map = map_config},
    {0},
};

const opsdk_handler pod_handler = {
    .name = "pod",
    .kind = &OPSDK_POD,
    .sources = sources,
    .reconcile = reconcile,
    .workers = 8, /* each waits for exec sessions most of the time */
};
