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

/* Configurations come in order of their names, as the real server calls them. */
static int add_hooks(item *it, void *user)
{
    json_auto_t *config = item_json(it);

    json_array_extend(user, doc_get(config, "webhooks"));
    return 0;
}

static json_t *read_list(const apiserver *s, const char *plural)
{
    resource *res = registry_find(s->resources, "admissionregistration.k8s.io", "v1", plural);
    json_t *list = json_array();
    auto_failure why = {0};

    if (res)
        collection_each(res->objects, 0, "", NULL, add_hooks, list, &why);
    if (json_array_size(list))
        return list;
    json_decref(list);
    return NULL;
}

static void refresh(apiserver *s)
{
    hooks *h = s->hooks;

    if (!h->stale)
        return;
    h->stale = false;
    json_decref(h->lists[0]);
    json_decref(h->lists[1]);
    h->lists[0] = read_list(s, "validatingwebhookconfigurations");
    h->lists[1] = read_list(s, "mutatingwebhookconfigurations");
}

json_t *hooks_list(apiserver *s, bool mutating)
{
    refresh(s);
    return json_incref(s->hooks->lists[mutating]);
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

bool hooks_take(call *c)
{
    hooks *h = c->server->hooks;

    refresh(c->server);
    if ((!h->lists[0] && !h->lists[1]) || atomic_load(&h->stopped) || !match_possible(c))
        return false;
    if ((!concerns(c, h->lists[0]) && !concerns(c, h->lists[1])) || !have_thread(c->server))
        return false;
    c->taken = c->resumes = true;
    if (h->last)
        h->last->next = c;
    else
        h->first = c;
    h->last = c;
    pthread_cond_signal(&h->some);
    return true;
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
