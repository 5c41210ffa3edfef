#include "apiserver/hooks/hooks.h"
#include "apiserver/hooks/match.h"
#include "apiserver/hooks/post.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"

#include <stdlib.h>
#include <string.h>

struct hook_thread {
    apiserver *server;
    pthread_t id;
    void *curl;
};

struct hooks {
    json_t *lists[2]; /* validating, mutating; NULL: none */
    bool stale;       /* they have to be read again */
    atomic_bool stopped;
    pthread_cond_t some; /* with the server's lock: work, or the end */
    call *first, *last;  /* that wait for a thread */
    size_t n, idle;
    hook_thread threads[LIMIT_HOOK_THREADS];
};

hooks *hooks_new(void)
{
    hooks *h = calloc(1, sizeof(*h));

    if (h)
        pthread_cond_init(&h->some, NULL);
    return h;
}

hooks *hooks_free(hooks *h)
{
    if (!h)
        return NULL;
    for (size_t i = 0; i < h->n; i++)
        post_curl_free(h->threads[i].curl);
    json_decref(h->lists[0]);
    json_decref(h->lists[1]);
    pthread_cond_destroy(&h->some);
    free(h);
    return NULL;
}

/* ---- the list ---- */

void hooks_changed(hooks *h)
{
    h->stale = true;
}

/* Configurations come in order of their names, as the real server calls them.  -1: no memory. */
static int add_hooks(item *it, void *user)
{
    json_auto_t *config = item_json(it);
    json_t *list = doc_get(config, "webhooks");

    if (!config)
        return -1;
    return list ? json_array_extend(user, list) : 0;
}

static int read_list(const apiserver *s, const char *plural, json_t **ret, failure *why)
{
    resource *res = registry_find(s->resources, "admissionregistration.k8s.io", "v1", plural);
    json_t *list = json_array();

    if (!list || (res && collection_each(res->objects, 0, "", NULL, add_hooks, list, why) < 0)) {
        json_decref(list);
        return failure_memory(why);
    }
    json_decref(*ret);
    *ret = json_array_size(list) ? json_incref(list) : NULL;
    json_decref(list);
    return 0;
}

static int refresh(apiserver *s, failure *why)
{
    hooks *h = s->hooks;

    if (!h->stale)
        return 0;
    if (read_list(s, "validatingwebhookconfigurations", &h->lists[0], why) < 0 ||
        read_list(s, "mutatingwebhookconfigurations", &h->lists[1], why) < 0)
        return -1;
    h->stale = false;
    return 0;
}

int hooks_list(apiserver *s, bool mutating, json_t **ret, failure *why)
{
    *ret = NULL;
    if (refresh(s, why) < 0)
        return -1;
    *ret = json_incref(s->hooks->lists[mutating]);
    return 0;
}

const atomic_bool *hooks_stopped(const apiserver *s)
{
    return &s->hooks->stopped;
}

static bool concerns(const call *c, const json_t *list)
{
    size_t i;
    json_t *hook;

    json_array_foreach((json_t *)list, i, hook) if (match_request(c, hook)) return true;
    return false;
}

/* ---- threads ---- */

void *hook_thread_curl(hook_thread *t)
{
    if (!t->curl)
        t->curl = post_curl_new();
    return t->curl;
}

static call *next_call(hooks *h)
{
    call *c = h->first;

    h->first = c->next;
    if (!h->first)
        h->last = NULL;
    c->next = NULL;
    return c;
}

static void *run(void *arg)
{
    hook_thread *t = arg;
    hooks *h = t->server->hooks;

    pthread_mutex_lock(&t->server->lock);
    for (;;) {
        while (!h->first && !atomic_load(&h->stopped)) {
            h->idle++;
            pthread_cond_wait(&h->some, &t->server->lock);
            h->idle--;
        }
        if (!h->first)
            break;
        call *c = next_call(h);
        c->thread = t;
        api_resume(c);
    }
    pthread_mutex_unlock(&t->server->lock);
    return NULL;
}

/* One more, when all are busy. */
static bool have_thread(apiserver *s)
{
    hooks *h = s->hooks;
    hook_thread *t = &h->threads[h->n];

    if (h->idle > 0 || h->n == LIMIT_HOOK_THREADS)
        return true;
    t->server = s;
    if (pthread_create(&t->id, NULL, run, t) != 0)
        return h->n > 0;
    h->n++;
    return true;
}

int hooks_take(call *c, failure *why)
{
    hooks *h = c->server->hooks;

    if (refresh(c->server, why) < 0)
        return -1;
    if ((!h->lists[0] && !h->lists[1]) || atomic_load(&h->stopped) || !match_possible(c))
        return 0;
    if ((!concerns(c, h->lists[0]) && !concerns(c, h->lists[1])) || !have_thread(c->server))
        return 0;
    c->taken = c->resumes = true;
    if (h->last)
        h->last->next = c;
    else
        h->first = c;
    h->last = c;
    pthread_cond_signal(&h->some);
    return 1;
}

void hooks_stop(apiserver *s)
{
    hooks *h = s->hooks;
    size_t n;

    if (!h)
        return;
    pthread_mutex_lock(&s->lock);
    atomic_store(&h->stopped, true);
    n = h->n;
    pthread_cond_broadcast(&h->some);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < n; i++)
        pthread_join(h->threads[i].id, NULL);
}
