#include "apiserver/pods/pods.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/pods/command.h"
#include "apiserver/pods/session.h"
#include "client/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct pods {
    resource *res;
    pods_loop *loop; /* from the first pod on */
    pod *list;
    session *sessions;
    json_t *allowed; /* "namespace/name" of pods that may have processes when others may not */
    uint32_t address;
};

int pods_start(apiserver *s, opsdk_error *err)
{
    s->pods = calloc(1, sizeof(*s->pods));
    if (s->pods)
        s->pods->allowed = json_object();
    if (!s->pods || !s->pods->allowed)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    s->pods->res = registry_find(s->resources, "", "v1", "pods");
    s->pods->address = clock_random();
    return 0;
}

resource *pods_resource(const apiserver *s)
{
    return s->pods->res;
}

pods_loop *pods_loop_of(const apiserver *s)
{
    return s->pods->loop;
}

session **pods_sessions(apiserver *s)
{
    return &s->pods->sessions;
}

pod *pods_find(const apiserver *s, const char *ns, const char *name)
{
    for (pod *p = s->pods ? s->pods->list : NULL; p; p = p->next)
        if (!p->gone && strcmp(p->name, name) == 0 && strcmp(p->ns, ns) == 0)
            return p;
    return NULL;
}

/* ---- what is due ---- */

static int64_t step(apiserver *s)
{
    int64_t now = clock_ms(), next = sessions_step(s, now);

    for (pod **link = &s->pods->list; *link;) {
        pod *p = *link;
        int64_t at = pod_step(p, now);
        if (pod_is_over(p) && *link == p) { /* else one came before it meanwhile: next time */
            *link = p->next;
            pod_free(p);
            continue;
        }
        next = at < next ? at : next;
        link = &p->next;
    }
    return next;
}

/* ---- what is written ---- */

/* Addresses of this machine alone; the middle is chance, so that two servers do not meet. */
static void take_address(pods *ps, pod *p)
{
    uint32_t n = ps->address++;

    while (n % 256 < 2 || n % 256 > 253) /* what may mean a network or everybody */
        n = ps->address++;
    snprintf(p->ip, sizeof(p->ip), "127.%u.%u.%u", 64 + n / 65536 % 128, n / 256 % 256, n % 256);
}

static bool is_allowed(const apiserver *s, const json_t *obj)
{
    char key[LIMIT_KEY];

    snprintf(key, sizeof(key), "%s/%s", meta_text(obj, "namespace"), meta_text(obj, "name"));
    return s->opts.pods || json_object_get(s->pods->allowed, key);
}

int pods_allow(apiserver *s, const char *ns, const char *name, failure *why)
{
    char key[LIMIT_KEY];

    snprintf(key, sizeof(key), "%s/%s", ns, name);
    return json_object_set_new(s->pods->allowed, key, json_true()) < 0 ? failure_memory(why) : 0;
}

bool pods_has_loop(apiserver *s)
{
    if (!s->pods->loop)
        s->pods->loop = pods_loop_new(s, step, NULL);
    return s->pods->loop != NULL;
}

static bool is_over(const json_t *obj)
{
    const char *phase = doc_text(doc_get(obj, "status"), "phase");

    return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

static pod *begin(apiserver *s, const json_t *obj)
{
    pod *p;

    if (!command_any(obj) || !is_allowed(s, obj) || is_over(obj) || doc_at(obj, "metadata.deletionTimestamp"))
        return NULL;
    p = pods_has_loop(s) ? pod_new(s, obj) : NULL;
    if (!p)
        return NULL;
    take_address(s->pods, p);
    if (!pod_bind(p, obj))
        return pod_free(p);
    p->next = s->pods->list;
    s->pods->list = p;
    pods_loop_wake(s->pods->loop);
    return p;
}

static void mark(pod *p, const json_t *obj)
{
    int64_t grace = doc_int(doc_get(obj, "metadata"), "deletionGracePeriodSeconds", 0), at = clock_ms() + grace * 1000;

    if (!p->deleting || (p->kill_at_ms && at < p->kill_at_ms))
        p->kill_at_ms = at;
    p->deleting = true;
    pods_loop_wake(pods_loop_of(p->server));
}

void pods_stored(apiserver *s, const json_t *now, const json_t *old)
{
    const json_t *obj = now ? now : old;
    pod *p = pods_find(s, meta_text(obj, "namespace"), meta_text(obj, "name"));

    if (!s->pods)
        return;
    if (!p && now) {
        begin(s, now);
    } else if (p && !now) {
        p->gone = true;
        pods_loop_wake(s->pods->loop);
    } else if (p && doc_at(now, "metadata.deletionTimestamp")) {
        mark(p, now);
    } else if (p && pod_bind(p, now) && p->dirty) {
        pods_loop_wake(s->pods->loop);
    }
}

void pods_warn(call *c, const json_t *obj)
{
    if (c->server->pods && command_any(obj) && !is_allowed(c->server, obj))
        call_warn(c, "metadata.annotations[" POD_COMMAND "*]: this server runs no processes; opsdk dev --pods does");
}

/* ---- the end ---- */

void pods_stop(apiserver *s)
{
    if (s->pods)
        pods_loop_stop(s->pods->loop);
}

static void end_pod(pod *p)
{
    for (size_t i = 0; i < p->n; i++) {
        process *one = &p->containers[i].process;
        process_signal(one, SIGKILL);
        if (one->pid > 0)
            waitpid(one->pid, NULL, 0);
    }
    pod_free(p);
}

void pods_free(apiserver *s)
{
    pods *ps = s->pods;

    if (!ps)
        return;
    sessions_free(s);
    for (pod *p = ps->list, *next; p; p = next) {
        next = p->next;
        end_pod(p);
    }
    pods_loop_free(ps->loop);
    json_decref(ps->allowed);
    free(ps);
    s->pods = NULL;
}
