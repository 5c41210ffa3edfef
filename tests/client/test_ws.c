#include "tests/support/suite.h"
#include "tests/support/wsserver.h"

#include <fcntl.h>
#include <opsdk.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POD OPSDK_KEY(&OPSDK_POD, NULL, "p")

static wsserver *server;
static opsdk_client *client;
static opsdk_error err;

static void start(const wsserver_opts *opts, const char *user, const char *cluster)
{
    server = wsserver_start(opts);
    client = wsserver_client(server, user, cluster);
    err = (opsdk_error){0};
}

static void stop(void)
{
    client = opsdk_client_free(client);
    server = wsserver_stop(server);
}

static int run(int timeout_ms)
{
    err = (opsdk_error){0};
    return opsdk_exec(client, POD, OPSDK_ARGV("true"), &(opsdk_exec_opts){.timeout_ms = timeout_ms}, NULL, &err);
}

/* ---- who the server is ---- */

START_TEST(verified_tls)
{
    start(&(wsserver_opts){.tls = true}, NULL, NULL);
    for (int i = 0; i < 3; i++)
        ck_assert_msg(run(0) == 0, "%s", err.message);
    ck_assert_str_eq(wsserver_sni(server), ""); /* an address is no name */
    stop();
}
END_TEST

START_TEST(wrong_authority_is_refused)
{
    start(&(wsserver_opts){.tls = true, .wrong_authority = true}, NULL, NULL);
    ck_assert_int_eq(run(0), OPSDK_EIO);
    ck_assert_msg(strstr(err.message, "certificate") != NULL, "%s", err.message);
    ck_assert_int_eq(wsserver_count(server), 0);
    ck_assert_str_eq(wsserver_target(server), ""); /* not even the request was sent */
    stop();
}
END_TEST

START_TEST(wrong_host_is_refused)
{
    static const char *const names[] = {"DNS:example.com", "IP:127.0.0.2", "DNS:127.0.0.1"};

    for (size_t i = 0; i < 3; i++) {
        start(&(wsserver_opts){.tls = true, .names = names[i]}, NULL, NULL);
        ck_assert_int_eq(run(0), OPSDK_EIO);
        ck_assert_msg(strstr(err.message, "certificate") != NULL, "%s", err.message);
        ck_assert_int_eq(wsserver_count(server), 0);
        ck_assert_str_eq(wsserver_target(server), "");
        stop();
    }
}
END_TEST

/* The name is for certificate and SNI; the request goes to the host that it went to. */
START_TEST(server_name_of_the_configuration)
{
    char host[32];

    start(&(wsserver_opts){.tls = true, .names = "DNS:api.example"}, NULL, "\"tls-server-name\":\"api.example\"");
    ck_assert_msg(run(0) == 0, "%s", err.message);
    ck_assert_str_eq(wsserver_sni(server), "api.example");
    snprintf(host, sizeof(host), "127.0.0.1:%d", wsserver_port(server));
    ck_assert_str_eq(wsserver_header(server, "Host"), host);
    stop();
    start(&(wsserver_opts){.tls = true}, NULL, "\"tls-server-name\":\"api.example\"");
    ck_assert_int_eq(run(0), OPSDK_EIO);
    ck_assert_int_eq(wsserver_count(server), 0);
    stop();
}
END_TEST

START_TEST(plain_server_where_tls_is_wanted)
{
    wsserver *plain = wsserver_start(NULL);
    char cluster[64];

    snprintf(cluster, sizeof(cluster), "\"server\":\"https://127.0.0.1:%d\"", wsserver_port(plain));
    start(&(wsserver_opts){.tls = true}, NULL, cluster);
    ck_assert_int_eq(run(2000) < 0, 1);
    ck_assert_int_eq(wsserver_count(plain), 0);
    stop();
    wsserver_stop(plain);
}
END_TEST

/* ---- who we are ---- */

START_TEST(sends_the_token)
{
    start(&(wsserver_opts){.token = "abc"}, "\"token\":\"abc\"", NULL);
    ck_assert_int_eq(run(0), 0);
    stop();
    start(&(wsserver_opts){.token = "abc"}, "\"token\":\"not-it\"", NULL);
    ck_assert_int_eq(run(0), OPSDK_EAUTH);
    ck_assert_int_eq(err.http_status, 401);
    ck_assert_ptr_null(strstr(err.message, "not-it"));
    stop();
}
END_TEST

/* As a projected token is, before the old one is believed to be too old. */
START_TEST(reads_the_token_again_after_401)
{
    char path[] = "/tmp/opsdk-token-XXXXXX", user[64];
    int fd = mkostemp(path, O_CLOEXEC);

    ck_assert_int_eq(write(fd, "old", 3), 3);
    snprintf(user, sizeof(user), "\"tokenFile\":\"%s\"", path);
    start(&(wsserver_opts){.token = "new"}, user, NULL);
    ck_assert_int_eq(run(0), OPSDK_EAUTH);
    ck_assert_int_eq(pwrite(fd, "new", 3, 0), 3);
    ck_assert_msg(run(0) == 0, "%s", err.message);
    close(fd);
    unlink(path);
    stop();
}
END_TEST

/* ---- handshakes that are none ---- */

START_TEST(handshake_must_be_right)
{
    start(&(wsserver_opts){.no_protocol = true}, NULL, NULL);
    ck_assert_int_eq(run(0), OPSDK_EPROTO);
    ck_assert_ptr_nonnull(strstr(err.message, "v5.channel.k8s.io"));
    stop();
    start(&(wsserver_opts){.bad_accept = true}, NULL, NULL);
    ck_assert_int_eq(run(0), OPSDK_EIO);
    stop();
    start(&(wsserver_opts){.no_answer = true}, NULL, NULL);
    ck_assert_int_eq(run(300), OPSDK_ETIMEOUT);
    stop();
}
END_TEST

START_TEST(nobody_listens)
{
    start(&(wsserver_opts){.nobody = true}, NULL, NULL);
    ck_assert_int_eq(run(0), OPSDK_EIO);
    ck_assert_ptr_nonnull(strstr(err.message, "127.0.0.1"));
    stop();
}
END_TEST

START_TEST(no_proxy_from_the_environment)
{
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("socks_proxy", "127.0.0.1:1", 1);
    start(NULL, NULL, NULL);
    ck_assert_msg(run(0) == 0, "%s", err.message);
    stop();
    unsetenv("http_proxy");
    unsetenv("https_proxy");
    unsetenv("socks_proxy");
}
END_TEST

START_TEST(works_behind_a_prefix)
{
    char cluster[64];
    wsserver *far = wsserver_start(NULL);

    snprintf(cluster, sizeof(cluster), "\"server\":\"http://127.0.0.1:%d/k8s/c1\"", wsserver_port(far));
    start(NULL, NULL, cluster);
    ck_assert_msg(run(0) == 0, "%s", err.message);
    ck_assert_int_eq(strncmp(wsserver_target(far), "/k8s/c1/api/v1/namespaces/ns/pods/p/exec?", 41), 0);
    stop();
    wsserver_stop(far);
}
END_TEST

/* ---- threads ---- */

static void *sleeper(void *arg)
{
    opsdk_error e = {0};
    int r = opsdk_exec(arg, POD, OPSDK_ARGV("sleep", "100"), NULL, NULL, &e);

    return (void *)(intptr_t)r;
}

START_TEST(cancelled)
{
    pthread_t thread;
    void *r;

    start(NULL, NULL, NULL);
    pthread_create(&thread, NULL, sleeper, client);
    wsserver_wait(server, 1);
    opsdk_client_cancel(client);
    pthread_join(thread, &r);
    ck_assert_int_eq((int)(intptr_t)r, OPSDK_ECANCELED);
    ck_assert_int_eq(run(0), OPSDK_ECANCELED);
    stop();
}
END_TEST

#define THREADS 6 /* more than contexts are kept */

static void *worker(void *arg)
{
    intptr_t good = 0;

    for (int i = 0; i < 5; i++) {
        opsdk_auto_output out = {0};
        opsdk_error e = {0};
        char text[32];
        int r;

        snprintf(text, sizeof(text), "%p-%d", (void *)&out, i);
        r = opsdk_exec(arg, POD, OPSDK_ARGV("cat"), &(opsdk_exec_opts){.in = text, .in_len = strlen(text)}, &out, &e);
        if (r < 0)
            fprintf(stderr, "%s\n", e.message);
        good += r == 0 && strcmp(out.out, text) == 0;
    }
    return (void *)good;
}

START_TEST(many_threads)
{
    pthread_t threads[THREADS];
    void *good;

    start(&(wsserver_opts){.tls = true}, NULL, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_create(threads + i, NULL, worker, client);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &good);
        ck_assert_int_eq((int)(intptr_t)good, 5);
    }
    stop();
}
END_TEST

/* Nothing of a failed call is in the way of the next. */
START_TEST(works_again_after_a_failure)
{
    start(&(wsserver_opts){.tls = true}, NULL, NULL);
    ck_assert_int_eq(run(0), 0);
    ck_assert_int_eq(
        opsdk_exec(client, POD, OPSDK_ARGV("sleep", "100"), &(opsdk_exec_opts){.timeout_ms = 100}, NULL, &err),
        OPSDK_ETIMEOUT);
    ck_assert_int_eq(run(0), 0);
    ck_assert_int_eq(opsdk_exec(client, POD, OPSDK_ARGV("yes"), NULL, NULL, &err), OPSDK_EEXEC);
    ck_assert_int_eq(run(0), 0);
    stop();
}
END_TEST

TESTS("ws", verified_tls, wrong_authority_is_refused, wrong_host_is_refused, server_name_of_the_configuration,
      plain_server_where_tls_is_wanted, sends_the_token, reads_the_token_again_after_401, handshake_must_be_right,
      nobody_listens, no_proxy_from_the_environment, works_behind_a_prefix, cancelled, many_threads,
      works_again_after_a_failure)
