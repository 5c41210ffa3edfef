/* Many threads at one server while it is told to misbehave, to wait, to show its log; for ThreadSanitizer above all. */
#include "tests/support/suite.h"

#include <opsdk.h>
#include <opsdk/apiserver.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 8
#define ROUNDS 25

static opsdk_apiserver *server;

static opsdk_client *dial(void)
{
    opsdk_client_opts opts = {.kubeconfig = opsdk_apiserver_kubeconfig(server)};
    opsdk_client *c = NULL;
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_client_new(&opts, &c, &err), 0);
    return c;
}

/* Each has a name of its own; what fails for a while is tried again. */
static void *write_and_read(void *arg)
{
    opsdk_client *c = dial();
    opsdk_error err = {0};
    char name[16];
    opsdk_key key = OPSDK_KEY(&OPSDK_CONFIGMAP, "default", name);

    snprintf(name, sizeof(name), "t%d", *(int *)arg);
    for (int i = 0; i < ROUNDS; i++) {
        opsdk_object *obj = NULL;
        opsdk_objects all = {0};
        int r = opsdk_create(c, key, json_pack("{s:{s:i}}", "data", "i", i), NULL, NULL, &err);
        if (r < 0)
            ck_assert_int_ne(r, OPSDK_ECONFLICT);
        if (opsdk_get(c, key, &obj, &err) == 0)
            ck_assert_str_eq(opsdk_object_key(obj).name, name);
        opsdk_object_unref(obj);
        if (opsdk_list(c, &OPSDK_CONFIGMAP, "default", NULL, &all, &err) == 0)
            opsdk_objects_clear(&all);
        if (opsdk_delete(c, key, NULL, &err) == 0)
            ck_assert_int_eq(opsdk_delete(c, key, NULL, &err) < 0, 1);
    }
    opsdk_client_free(c);
    return NULL;
}

static void *disturb(void *unused)
{
    static const char *const faults[] = {"error code=500 n=2", "compact",     "drop-watches", "cut n=1",
                                         "slow n=2 ms=1",      "skew ms=1000"};
    opsdk_error err = {0};

    for (int i = 0; i < ROUNDS * 2; i++) {
        (void)opsdk_apiserver_fault(server, faults[i % 6], &err);
        opsdk_apiserver_requests(server, &(opsdk_apiserver_filter){.verb = "list"}, NULL, NULL);
        (void)opsdk_apiserver_wait(server, OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "none"), NULL, NULL, 1, &err);
        if (i % 4 == 3)
            opsdk_apiserver_heal(server);
    }
    return unused;
}

START_TEST(threads_share_a_server)
{
    pthread_t threads[THREADS + 1];
    int numbers[THREADS];
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_apiserver_start(NULL, &server, &err), 0);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, write_and_read, &numbers[i]);
    }
    pthread_create(&threads[THREADS], NULL, disturb, NULL);
    for (int i = 0; i <= THREADS; i++)
        pthread_join(threads[i], NULL);
    opsdk_apiserver_stop(server);
}
END_TEST

/* Two of them know nothing of each other, and both are gone afterwards. */
START_TEST(servers_side_by_side)
{
    opsdk_apiserver *other = NULL;
    opsdk_error err = {0};

    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(opsdk_apiserver_start(NULL, &server, &err), 0);
        ck_assert_int_eq(opsdk_apiserver_start(NULL, &other, &err), 0);
        ck_assert_str_ne(opsdk_apiserver_url(server), opsdk_apiserver_url(other));
        opsdk_apiserver_stop(server);
        opsdk_apiserver_stop(other);
    }
}
END_TEST

TESTS("threads", threads_share_a_server, servers_side_by_side)
