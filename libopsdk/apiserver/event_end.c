#include "apiserver/event_end.h"
#include "apiserver/http.h"
#include "apiserver/limits.h"
#include "client/clock.h"

/* Some of those that are due, and when the next will be. */
typedef struct looking {
    int64_t now, next; /* next: INT64_MAX: never */
    item *due[LIMIT_GC_TURN];
    size_t n;
} looking;

static int look(item *it, void *user)
{
    looking *l = user;
    int64_t end = it->stored_ms + LIMIT_EVENT_LIFE_MS;

    if (end > l->now) {
        l->next = end < l->next ? end : l->next;
        return 0;
    }
    if (l->n == LIMIT_GC_TURN) {
        l->next = l->now;
        return 1;
    }
    l->due[l->n++] = item_ref(it);
    return 0;
}

static void plan(apiserver *s, int64_t after_ms)
{
    s->expires = true;
    http_soon(s, event_end_work, after_ms);
}

/* One that cannot go now, since there is no memory, is tried again. */
static void take_out(collection *c, looking *l)
{
    for (size_t i = 0; i < l->n; i++) {
        auto_failure why = {0};
        if (collection_remove(c, l->due[i]->ns, l->due[i]->name, NULL, &why) < 0)
            l->next = l->now;
        item_unref(l->due[i]);
    }
}

void event_end_work(apiserver *s)
{
    resource *res = registry_find(s->resources, "", "v1", "events");
    looking l = {.now = clock_ms(), .next = INT64_MAX};
    auto_failure why = {0};

    s->expires = false;
    if (!res)
        return;
    collection_each(res->objects, 0, "", NULL, look, &l, &why);
    take_out(res->objects, &l);
    if (l.next != INT64_MAX)
        plan(s, l.next - l.now > LIMIT_EVENTS_AGAIN_MS ? l.next - l.now : LIMIT_EVENTS_AGAIN_MS);
}

void event_end_plan(apiserver *s)
{
    if (!s->expires && s->http)
        plan(s, LIMIT_EVENT_LIFE_MS);
}
