/* The status of a pod that runs here, as the kubelet would write it. */
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/pods/pods.h"
#include "apiserver/version.h"
#include "core/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *time_text(int64_t us)
{
    char text[TIME_TEXT];

    time_format(text, us / 1000000, -1);
    return json_string(text);
}

/* ---- containers ---- */

static json_t *terminated(const termination *t)
{
    json_t *state = json_pack("{s:i, s:s, s:o, s:o, s:s}", "exitCode", t->code, "reason", t->reason, "startedAt",
                              time_text(t->started_us), "finishedAt", time_text(t->ended_us), "containerID", t->id);

    if (*t->message)
        doc_set_text(state, "message", t->message);
    return json_pack("{s:o}", "terminated", state);
}

static json_t *waiting(const container *c)
{
    const pod *p = c->pod;

    if (c->state == CONTAINER_UNBOUND)
        return json_pack("{s:{s:s, s:s}}", "waiting", "reason", "NotBound", "message",
                         "no annotation binds this container to a command");
    if (!c->last.there)
        return json_pack("{s:{s:s}}", "waiting", "reason", "ContainerCreating");
    return json_pack("{s:{s:s, s:o}}", "waiting", "reason", "CrashLoopBackOff", "message",
                     json_sprintf("back-off %llds restarting failed container=%s pod=%s_%s(%s)",
                                  (long long)(c->pause_ms / 1000), c->name, p->name, p->ns, p->uid));
}

static json_t *state_of(const container *c)
{
    if (c->state == CONTAINER_RUNNING)
        return json_pack("{s:{s:o}}", "running", "startedAt", time_text(c->started_us));
    return c->state == CONTAINER_ENDED ? terminated(&c->last) : waiting(c);
}

/* Of the process before the one that state_of tells of. */
static json_t *last_state(const container *c)
{
    const termination *t = c->state == CONTAINER_ENDED ? &c->before : &c->last;

    return t->there ? terminated(t) : json_object();
}

static json_t *container_status(const container *c, const json_t *spec)
{
    bool runs = c->state == CONTAINER_RUNNING;
    json_t *status = json_pack("{s:s, s:o, s:o, s:b, s:i, s:s, s:s, s:b}", "name", c->name, "state", state_of(c),
                               "lastState", last_state(c), "ready", runs, "restartCount", c->restarts, "image",
                               doc_text(spec, "image"), "imageID", "", "started", runs);

    if (*c->id)
        doc_set_text(status, "containerID", c->id);
    return status;
}

/* ---- the whole ---- */

static const char *phase(const pod *p)
{
    size_t running = 0, waits = 0, failed = 0;

    for (size_t i = 0; i < p->n; i++) {
        const container *c = &p->containers[i];
        running += c->state == CONTAINER_RUNNING || container_will_restart(c);
        waits += c->state == CONTAINER_UNBOUND || (c->state == CONTAINER_WAITING && !c->last.there);
        failed += c->state == CONTAINER_ENDED && c->last.code != 0;
    }
    if (running)
        return "Running";
    return waits ? "Pending" : failed ? "Failed" : "Succeeded";
}

static bool is_ready(const pod *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->containers[i].state != CONTAINER_RUNNING)
            return false;
    return true;
}

/* Keeps the time of the last change. */
static json_t *condition(const json_t *before, const pod *p, const char *type, bool is, const char *reason)
{
    char now[32];
    json_t *one = json_pack("{s:s, s:s, s:n, s:s}", "type", type, "status", is ? "True" : "False", "lastProbeTime",
                            "lastTransitionTime", apiserver_time(p->server, now)),
           *old;
    size_t i;

    if (!is)
        doc_set_text(one, "reason", reason);
    json_array_foreach((json_t *)before, i,
                       old) if (doc_is(old, "type", type) && doc_is(old, "status", is ? "True" : "False"))
        doc_keep(one, old, "lastTransitionTime");
    return one;
}

static json_t *conditions(const pod *p, const json_t *before, const char *now)
{
    bool over = strcmp(now, "Succeeded") == 0 || strcmp(now, "Failed") == 0, ready = is_ready(p);
    const char *reason = strcmp(now, "Succeeded") == 0 ? "PodCompleted" : over ? "PodFailed" : "ContainersNotReady";
    json_t *list = json_array();

    json_array_append_new(list, condition(before, p, "PodReadyToStartContainers", !over, ""));
    json_array_append_new(list, condition(before, p, "Initialized", true, ""));
    json_array_append_new(list, condition(before, p, "Ready", ready, reason));
    json_array_append_new(list, condition(before, p, "ContainersReady", ready, reason));
    json_array_append_new(list, condition(before, p, "PodScheduled", true, ""));
    return list;
}

static void fill_status(const pod *p, json_t *doc)
{
    json_t *status = doc_make(doc, "status"), *list = json_array();
    const json_t *specs = doc_at(doc, "spec.containers");
    const char *now = phase(p);

    doc_set(status, "conditions", conditions(p, doc_get(status, "conditions"), now));
    doc_set_text(status, "phase", now);
    doc_set_text(status, "hostIP", "127.0.0.1");
    doc_set(status, "hostIPs", json_pack("[{s:s}]", "ip", "127.0.0.1"));
    doc_set_text(status, "podIP", p->ip);
    doc_set(status, "podIPs", json_pack("[{s:s}]", "ip", p->ip));
    doc_set_text(status, "startTime", p->start_time);
    for (size_t i = 0; i < p->n; i++)
        json_array_append_new(list, container_status(&p->containers[i], json_array_get(specs, i)));
    doc_set(status, "containerStatuses", list);
}

void pod_write_status(pod *p)
{
    json_auto_t *doc = pod_document(p);
    auto_failure why = {0};

    p->dirty = false;
    if (!doc)
        return;
    fill_status(p, doc);
    (void)api_update(p->server, pods_resource(p->server), "status", doc, "kubelet", &why);
}

/* The binding is no write of the document's: no defaults, no owners of fields. */
void pod_schedule(pod *p)
{
    json_auto_t *doc = pod_document(p);
    auto_failure why = {0};

    if (!doc || *doc_text(doc_get(doc, "spec"), "nodeName"))
        return;
    doc_set_text(doc_get(doc, "spec"), "nodeName", POD_NODE);
    (void)version_store(pods_resource(p->server), doc, NULL, &why);
}
