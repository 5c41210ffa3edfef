/* One PrometheusJmxExporter: its status, always rebuilt from what the cache has seen. */
#include "config.h"
#include "handlers.h"
#include "pod.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the matching pods stand. */
typedef struct tally {
    json_t *endpoints; /* status.metricsEndpoints */
    size_t matching, conflicts, waiting;
    const char *waiting_pod, *waiting_reason; /* the first that waits; borrowed from the list of pods */
    const char *rival;                        /* an older exporter that selects one of the pods */
} tally;

static void count_pod(const opsdk_request *rq, const opsdk_object *pod, tally *t)
{
    const char *reason = opsdk_object_annotation(pod, KEYED_REASON);
    const char *port = opsdk_object_annotation(pod, SCRAPE_PORT);
    opsdk_auto_object *owner = NULL;

    if (!pod_is_running(pod))
        return;
    t->matching++;
    if (exporter_of_pod(rq->cache, pod, &owner, NULL) == 0 && owner &&
        strcmp(opsdk_object_key(owner).name, rq->key.name) != 0) {
        t->conflicts++;
        return;
    }
    if (pod_is_processed(pod, rq->key.name, NULL) && port) {
        json_array_append_new(t->endpoints, json_pack("{s:s, s:I}", "pod", opsdk_object_key(pod).name, "port",
                                                      (json_int_t)strtol(port, NULL, 10)));
        if (!reason)
            return;
    }
    t->waiting++;
    if (!t->waiting_reason) {
        t->waiting_pod = opsdk_object_key(pod).name;
        t->waiting_reason = reason ? reason : "Pending";
    }
}

static json_t *ready_condition(const opsdk_request *rq, const tally *t, const opsdk_error *config)
{
    if (config->code)
        return opsdk_condition(rq->object, "Ready", false, config->reason, "%s", config->message);
    if (t->conflicts > 0)
        return opsdk_condition(rq->object, "Ready", false, "Conflict", "%zu of %zu pods belong to an older exporter",
                               t->conflicts, t->matching);
    if (t->waiting > 0)
        return opsdk_condition(rq->object, "Ready", false, t->waiting_reason,
                               "%zu of %zu pods are without metrics, such as %s", t->waiting, t->matching,
                               t->waiting_pod);
    return opsdk_condition(rq->object, "Ready", true, t->matching ? "Injected" : "NoPods", "%zu pods serve metrics",
                           t->matching);
}

/* Says what is wrong with the configuration when that is news, or still so after a while. */
static void tell(const opsdk_request *rq, const opsdk_error *why)
{
    opsdk_value conditions = opsdk_at(rq->object, "/status/conditions"), item = {0};

    if (!why->code)
        return;
    while (opsdk_value_next(conditions, NULL, &item)) {
        if (strcmp(opsdk_value_str(opsdk_value_member(item, "reason"), ""), why->reason) == 0)
            return;
    }
    opsdk_log(OPSDK_LOG_WARN, rq->object, "%s: %s", why->reason, why->message);
    opsdk_event(rq->client, rq->object, OPSDK_LOG_WARN, why->reason, "%s", why->message);
}

static int reconcile(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    opsdk_auto_objects pods = {0};
    auto_config_text config = {0};
    opsdk_error why = {0};
    tally t = {.endpoints = json_array()};
    exporter e;
    int r;

    (void)ret;
    r = opsdk_cache_select(rq->cache, &OPSDK_POD, rq->key.ns, NULL, &pods, err);
    if (r < 0 || !t.endpoints) {
        json_decref(t.endpoints);
        return r < 0 ? r : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    }
    if (exporter_read(rq->object, &e, &why) == 0) {
        (void)config_text_of(rq->cache, &e, &config, &why); /* into the condition */
        opsdk_foreach(pod, &pods)
        {
            if (exporter_selects(&e, *pod, NULL) > 0)
                count_pod(rq, *pod, &t);
        }
    }
    tell(rq, &why);
    return opsdk_status(rq->client, rq->key, rq->object,
                        json_pack("{s:o, s:[o], s:I}", "metricsEndpoints", t.endpoints, "conditions",
                                  ready_condition(rq, &t, &why), "observedGeneration",
                                  (json_int_t)opsdk_value_int(opsdk_at(rq->object, "/metadata/generation"), 0)),
                        err);
}

/* A pod concerns every exporter that selects it, and the one whose mark it carries. */
static void map_pod(const opsdk_object *changed, bool deleted, opsdk_cache *cache, opsdk_queue *queue, void *user)
{
    const char *mark = opsdk_object_annotation(changed, KEYED_EXPORTER);
    opsdk_auto_objects all = {0};

    (void)deleted;
    (void)user;
    if (opsdk_cache_select(cache, &PROMETHEUS_JMX_EXPORTER, opsdk_object_key(changed).ns, NULL, &all, NULL) < 0)
        return;
    opsdk_foreach(it, &all)
    {
        opsdk_key key = opsdk_object_key(*it);
        exporter e;

        if ((mark && strcmp(mark, key.name) == 0) ||
            (exporter_read(*it, &e, NULL) == 0 && exporter_selects(&e, changed, NULL) > 0))
            opsdk_queue_add(queue, key);
    }
}

/* An exporter that comes or goes changes which pods its rivals have. */
static void map_rival(const opsdk_object *changed, bool deleted, opsdk_cache *cache, opsdk_queue *queue, void *user)
{
    opsdk_auto_objects all = {0};

    (void)user;
    if (!deleted ||
        opsdk_cache_select(cache, &PROMETHEUS_JMX_EXPORTER, opsdk_object_key(changed).ns, NULL, &all, NULL) < 0)
        return;
    opsdk_foreach(it, &all) opsdk_queue_add(queue, opsdk_object_key(*it));
}

static const opsdk_source sources[] = {
    {.kind = &OPSDK_POD, .map = map_pod},
    {.kind = &OPSDK_CONFIGMAP, .referred_by = "/spec/config/configMapName"},
    {.kind = &PROMETHEUS_JMX_EXPORTER, .map = map_rival},
    {0},
};

const opsdk_handler exporter_handler = {
    .name = "exporter",
    .kind = &PROMETHEUS_JMX_EXPORTER,
    .sources = sources,
    .reconcile = reconcile,
    .workers = 2,
};
