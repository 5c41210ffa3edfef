#include "apiserver/pods/pod.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/pods/command.h"
#include "apiserver/pods/pods.h"
#include "apiserver/pods/proxy.h"
#include "apiserver/version.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making ---- */

static bool container_init(container *c, pod *p, const json_t *spec)
{
    *c = (container){.pod = p, .process = PROCESS_NONE};
    c->out.fd = c->err.fd = c->end.fd = -1;
    c->name = strdup(doc_text(spec, "name"));
    c->dir = *doc_text(spec, "workingDir") ? strdup(doc_text(spec, "workingDir")) : NULL;
    c->in = doc_flag(spec, "stdin");
    c->tty = doc_flag(spec, "tty");
    return c->name && (c->dir || !*doc_text(spec, "workingDir"));
}

static bool fill(pod *p, const json_t *obj)
{
    const json_t *spec = doc_get(obj, "spec"), *list = doc_get(spec, "containers");
    bool done = true;

    p->ns = strdup(meta_text(obj, "namespace"));
    p->name = strdup(meta_text(obj, "name"));
    p->uid = strdup(meta_text(obj, "uid"));
    p->host_network = doc_flag(spec, "hostNetwork");
    p->restart = *doc_text(spec, "restartPolicy");
    p->containers = calloc(json_array_size(list), sizeof(*p->containers));
    if (!p->ns || !p->name || !p->uid || !p->containers)
        return false;
    for (; done && p->n < json_array_size(list); p->n++)
        done = container_init(&p->containers[p->n], p, json_array_get(list, p->n));
    return done;
}

pod *pod_new(apiserver *s, const json_t *obj)
{
    pod *p = calloc(1, sizeof(*p));

    if (!p)
        return NULL;
    p->server = s;
    p->box = (sandbox){.user = -1, .net = -1, .diag = -1};
    return fill(p, obj) ? p : pod_free(p);
}

pod *pod_free(pod *p)
{
    if (!p)
        return NULL;
    proxies_free(p->proxies);
    for (size_t i = 0; i < p->n; i++)
        container_clear(&p->containers[i]);
    sandbox_close(&p->box);
    free(p->containers);
    free(p->ns);
    free(p->name);
    free(p->uid);
    free(p);
    return NULL;
}

bool pod_bind(pod *p, const json_t *obj)
{
    const json_t *list = doc_at(obj, "spec.containers");
    bool any = false;

    for (size_t i = 0; i < p->n; i++) {
        container *c = &p->containers[i];
        if (!c->argv && command_read(obj, json_array_get(list, i), &c->argv)) {
            c->state = CONTAINER_WAITING;
            p->dirty = true;
        }
        any |= c->argv != NULL;
    }
    return any;
}

/* ---- questions ---- */

container *pod_container(const pod *p, const char *name)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->containers[i].name, name) == 0)
            return &p->containers[i];
    return NULL;
}

bool pod_runs(const pod *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->containers[i].state == CONTAINER_RUNNING)
            return true;
    return false;
}

bool pod_is_over(const pod *p)
{
    return p->gone && !pod_runs(p);
}

json_t *pod_document(const pod *p)
{
    const resource *res = pods_resource(p->server);
    const item *it = p->gone ? NULL : collection_get(res->objects, p->ns, p->name);

    return it && strcmp(it->uid, p->uid) == 0 ? version_read(res, it) : NULL;
}

char **pod_environment(const pod *p, const char *name)
{
    json_auto_t *doc = pod_document(p);
    json_t *one, *found = NULL;
    size_t i;

    json_array_foreach(doc_at(doc, "spec.containers"), i, one) if (doc_is(one, "name", name)) found = one;
    return found ? command_environment(doc, found, p->ip) : NULL;
}

/* ---- steps ---- */

static void signal_all(const pod *p, int sig)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->containers[i].state == CONTAINER_RUNNING)
            process_signal(&p->containers[i].process, sig);
}

/* Namespaces where they can be had, else plain processes that share everything. */
static void open_box(pod *p)
{
    bool host_network = p->host_network;
    sandbox box = {.user = -1, .net = -1, .diag = -1};

    pthread_mutex_unlock(&p->server->lock);
    if (sandbox_works())
        (void)sandbox_open(&box, host_network);
    pthread_mutex_lock(&p->server->lock);
    p->box = box;
    if (box.net < 0)
        snprintf(p->ip, sizeof(p->ip), "127.0.0.1");
    else
        p->proxies = proxies_new(p);
}

static void open_pod(pod *p)
{
    p->opened = true;
    apiserver_time(p->server, p->start_time);
    pod_schedule(p);
    open_box(p);
    p->dirty = true;
}

static int64_t start_due(pod *p, int64_t now)
{
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < p->n && !p->deleting && !p->gone; i++) {
        container *c = &p->containers[i];
        if (c->state != CONTAINER_WAITING)
            continue;
        if (c->start_at_ms <= now)
            container_start(c);
        if (c->state == CONTAINER_WAITING && c->start_at_ms < next)
            next = c->start_at_ms;
    }
    return next;
}

static void end_waiting(pod *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->containers[i].state == CONTAINER_WAITING && p->containers[i].last.there)
            p->containers[i].state = CONTAINER_ENDED;
}

/* Finalizers may keep it. */
static void remove_object(const pod *p)
{
    static const actor kubelet = {NULL, "kubelet"};
    auto_failure why = {0};
    json_auto_t *opts = json_pack("{s:{s:s}, s:i}", "preconditions", "uid", p->uid, "gracePeriodSeconds", 0);

    if (opts)
        (void)actor_delete(p->server, &kubelet, pods_resource(p->server), p->ns, p->name, opts, &why);
}

/* First a word, then force; when all is over the object goes. */
static int64_t end_step(pod *p, int64_t now)
{
    end_waiting(p);
    if (p->gone || (p->kill_at_ms && now >= p->kill_at_ms)) {
        signal_all(p, SIGKILL);
        p->kill_at_ms = 0;
    } else if (!p->signalled) {
        signal_all(p, SIGTERM);
    }
    p->signalled = true;
    if (p->gone || pod_runs(p))
        return p->kill_at_ms ? p->kill_at_ms : INT64_MAX;
    pod_write_status(p);
    remove_object(p);
    return INT64_MAX;
}

int64_t pod_step(pod *p, int64_t now)
{
    int64_t next = INT64_MAX, ports;

    if (p->deleting || p->gone)
        return end_step(p, now);
    if (!p->opened)
        open_pod(p);
    next = start_due(p, now);
    if (p->dirty && !p->deleting && !p->gone)
        pod_write_status(p);
    ports = p->proxies ? proxies_step(p->proxies, now) : INT64_MAX;
    return p->deleting || p->gone ? now : ports < next ? ports : next;
}
