/* Events go an hour after they were last written.  What the loop does then is done here, so that nobody waits. */
#include "apiserver/event_end.h"
#include "apiserver/limits.h"

#include "tests/support/api.h"
#include "tests/support/suite.h"

#include <stdio.h>

#define EVENTS "/api/v1/namespaces/default/events"
#define NEW_EVENTS "/apis/events.k8s.io/v1/namespaces/default/events"

static void make(const char *name)
{
    api_do(201, "POST", EVENTS, "{metadata: {name: %s}, involvedObject: {namespace: default}, reason: r}", name);
}

/* As if it had been written so much earlier. */
static void age(const char *name, int64_t ms)
{
    item *it;

    pthread_mutex_lock(&api_server->lock);
    it = collection_get(registry_find(api_server->resources, "", "v1", "events")->objects, "default", name);
    ck_assert_ptr_nonnull(it);
    it->stored_ms -= ms;
    pthread_mutex_unlock(&api_server->lock);
}

static bool work(void)
{
    bool planned;

    pthread_mutex_lock(&api_server->lock);
    event_end_work(api_server);
    planned = api_server->expires;
    pthread_mutex_unlock(&api_server->lock);
    return planned;
}

START_TEST(old_ones_go)
{
    api_start(NULL);
    ck_assert(!work()); /* there are none */
    make("a");
    make("b");
    age("a", LIMIT_EVENT_LIFE_MS + 1);
    age("b", LIMIT_EVENT_LIFE_MS - 600000);
    ck_assert(work());
    ck_assert_int_eq(api_status(EVENTS "/a"), 404);
    ck_assert_int_eq(api_status(EVENTS "/b"), 200);
    ck_assert_int_eq(api_status(NEW_EVENTS "/a"), 404);
    api_do(200, "MERGE", EVENTS "/b", "{count: 2}"); /* another hour */
    age("b", LIMIT_EVENT_LIFE_MS - 600000);
    ck_assert(work());
    ck_assert_int_eq(api_status(EVENTS "/b"), 200);
    age("b", 600001);
    ck_assert(!work());
    ck_assert_int_eq(api_status(EVENTS "/b"), 404);
    api_stop();
}
END_TEST

START_TEST(many_go_in_turns)
{
    char name[16];
    json_t *list;

    api_start(NULL);
    for (int i = 0; i < LIMIT_GC_TURN + 10; i++) {
        snprintf(name, sizeof(name), "e%d", i);
        make(name);
        age(name, LIMIT_EVENT_LIFE_MS + 1);
    }
    ck_assert(work());
    list = api_ask(200, "GET", EVENTS, NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(list, "items")), 10);
    json_decref(list);
    ck_assert(!work());
    list = api_ask(200, "GET", EVENTS, NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(list, "items")), 0);
    json_decref(list);
    api_stop();
}
END_TEST

TESTS("event_end", old_ones_go, many_go_in_turns)
