/* The collector while memory runs out, at each allocation in turn: what has an owner stays, and what has none goes, now or later. */
#include "tests/apiserver/question.h"

#include "apiserver/gc/gc.h"

#include "tests/support/api.h"
#include "tests/support/suite.h"

#include <stdio.h>

#define MAPS "/api/v1/namespaces/default/configmaps"
#define TURNS 20 /* more than any of these takes */

static char owner_uid[64];

static void make(const char *name, bool owned)
{
    json_t *answer;

    if (owned)
        answer = api_ask(201, "POST", MAPS,
                         "{metadata: {name: %s, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: "
                         "%s, blockOwnerDeletion: true}]}}",
                         name, owner_uid);
    else
        answer = api_ask(201, "POST", MAPS, "{metadata: {name: %s}}", name);
    if (!owned)
        snprintf(owner_uid, sizeof(owner_uid), "%s", api_text(answer, "/metadata/uid"));
    json_decref(answer);
}

/* The collector's turns in this thread, one of whose allocations fails; and then some in which none does.  Under the lock. */
static bool collect(unsigned long k)
{
    bool hit;

    fault_set(k);
    for (int i = 0; i < TURNS; i++)
        gc_work(api_server);
    hit = fault_clear();
    for (int i = 0; i < TURNS; i++)
        gc_work(api_server);
    return hit;
}

/* Without a pause, so that it is not the loop that collects. */
static bool delete_and_collect(const char *policy, unsigned long k)
{
    char body[100];
    const question q = {.method = "DELETE", .path = MAPS "/owner", .body = body};
    bool hit;

    snprintf(body, sizeof(body), "{\"propagationPolicy\":\"%s\"}", policy);
    pthread_mutex_lock(&api_server->lock);
    ck_assert_int_eq(question_answer_locked(api_server, &q, 0, &hit), 200);
    hit = collect(k);
    pthread_mutex_unlock(&api_server->lock);
    return hit;
}

static void run_out(const char *policy, int left)
{
    bool hit = fault_works();

    api_start(NULL);
    make("owner", false);
    make("bystander", true);
    for (unsigned long k = 1; hit; k++) {
        make("child", true);
        hit = delete_and_collect(policy, k);
        ck_assert_msg(api_status(MAPS "/owner") == 404, "owner, allocation %lu", k);
        ck_assert_msg(api_status(MAPS "/child") == left, "child, allocation %lu", k);
        ck_assert_msg(api_status(MAPS "/bystander") == left, "bystander, allocation %lu", k);
        ck_assert_str_eq(left == 200 ? api_get(MAPS "/child", "/metadata/ownerReferences/0/uid") : "", "");
        if (left == 200) {
            api_do(200, "DELETE", MAPS "/child", NULL);
            api_do(200, "DELETE", MAPS "/bystander", NULL);
        }
        make("owner", false);
        make("bystander", true);
    }
    api_stop();
}

START_TEST(dependents_go)
{
    run_out("Background", 404);
}
END_TEST

START_TEST(dependents_go_first)
{
    run_out("Foreground", 404);
}
END_TEST

START_TEST(dependents_are_let_go)
{
    run_out("Orphan", 200);
}
END_TEST

/* Its owner is there, though there may be no memory to see it. */
START_TEST(who_is_owned_stays)
{
    char body[400];
    const question q = {.method = "POST", .path = MAPS, .body = body, .status = 201};
    bool hit = fault_works();

    api_start(NULL);
    make("owner", false);
    snprintf(body, sizeof(body),
             "{\"metadata\":{\"name\":\"child\",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
             "\"name\":\"owner\",\"uid\":\"%s\"}]}}",
             owner_uid);
    for (unsigned long k = 1; hit; k++) {
        bool there;
        pthread_mutex_lock(&api_server->lock);
        question_answer_locked(api_server, &q, k, &hit);
        there = collection_get(registry_find(api_server->resources, "", "v1", "configmaps")->objects, "default",
                               "child") != NULL;
        collect(0);
        pthread_mutex_unlock(&api_server->lock);
        ck_assert_msg(api_status(MAPS "/child") == (there ? 200 : 404), "allocation %lu", k);
        if (there)
            api_do(200, "DELETE", MAPS "/child", NULL);
    }
    api_stop();
}
END_TEST

TESTS("gc_memory", dependents_go, dependents_go_first, dependents_are_let_go, who_is_owned_stays)
