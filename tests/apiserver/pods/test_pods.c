/* Pods that are local processes: their status from start to end, and that nothing is left of them. */
#include "apiserver/pods/sandbox.h"
#include "tests/support/api.h"
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PODS "/api/v1/namespaces/default/pods"
#define STATUS "/status/containerStatuses/0"

static void run_with(const char *name, const char *script, const opsdk_apiserver_run_opts *opts)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    opsdk_error err = {0};
    int r = opsdk_apiserver_run(api_server, (opsdk_key){&OPSDK_POD, "default", name}, NULL, argv, opts, &err);

    ck_assert_msg(r == 0, "%s", err.message);
}

static void run(const char *name, const char *script, const char *policy)
{
    run_with(name, script, &(opsdk_apiserver_run_opts){.restart_policy = policy});
}

static void wait_for(const char *name, const char *pointer, const char *text)
{
    opsdk_error err = {0};
    int r = opsdk_apiserver_wait(api_server, (opsdk_key){&OPSDK_POD, "default", name}, pointer, text, 60000, &err);

    ck_assert_msg(r == 0, "%s", err.message);
}

/* No child is left, dead or alive. */
static void stop_and_check(void)
{
    api_stop();
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}

static void await_end(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = 5000000};

    for (int i = 0; kill(pid, 0) == 0; i++) {
        ck_assert_int_lt(i, 12000);
        nanosleep(&pause, NULL);
    }
}

START_TEST(runs)
{
    json_t *pod;

    api_start(NULL);
    run_with("a", "exec sleep 1000",
             &(opsdk_apiserver_run_opts){.image = "shop:1", .labels = (const char *const[]){"app", "shop", NULL}});
    wait_for("a", "/status/phase", "Running");
    pod = api_ask(200, "GET", PODS "/a", NULL);
    ck_assert_str_eq(api_text(pod, "/metadata/labels/app"), "shop");
    ck_assert_str_ne(api_text(pod, "/spec/nodeName"), "");
    ck_assert_int_eq(strncmp(api_text(pod, "/status/podIP"), "127.", 4), 0);
    ck_assert_str_eq(api_text(pod, "/status/podIPs/0/ip"), api_text(pod, "/status/podIP"));
    ck_assert_str_eq(api_text(pod, "/status/hostIP"), "127.0.0.1");
    ck_assert_str_ne(api_text(pod, "/status/startTime"), "");
    ck_assert_str_eq(api_text(pod, STATUS "/name"), "app");
    ck_assert_str_eq(api_text(pod, STATUS "/image"), "shop:1");
    ck_assert_int_eq(strncmp(api_text(pod, STATUS "/containerID"), "opsdk://", 8), 0);
    ck_assert_str_ne(api_text(pod, STATUS "/state/running/startedAt"), "");
    for (int i = 0; i < 5; i++) {
        char pointer[64];
        snprintf(pointer, sizeof(pointer), "/status/conditions/%d/status", i);
        ck_assert_str_eq(api_text(pod, pointer), "True");
    }
    json_decref(pod);
    stop_and_check();
}
END_TEST

START_TEST(succeeds_or_fails)
{
    api_start(NULL);
    run("good", "exit 0", "Never");
    run("bad", "exit 3", "Never");
    run("killed", "kill -KILL $$; sleep 1000 & kill -KILL $!; wait; kill -TERM 0; exit 4", "Never");
    wait_for("good", "/status/phase", "Succeeded");
    wait_for("good", STATUS "/state/terminated/reason", "Completed");
    wait_for("bad", "/status/phase", "Failed");
    wait_for("bad", STATUS "/state/terminated/exitCode", "3");
    wait_for("bad", STATUS "/state/terminated/reason", "Error");
    wait_for("killed", "/status/phase", "Failed");
    stop_and_check();
}
END_TEST

START_TEST(what_cannot_start_says_why)
{
    const char *const argv[] = {"/nonexistent/program", NULL};

    api_start(NULL);
    ck_assert_int_eq(opsdk_apiserver_run(api_server, (opsdk_key){&OPSDK_POD, "default", "a"}, NULL, argv,
                                         &(opsdk_apiserver_run_opts){.restart_policy = "Never"}, NULL),
                     0);
    wait_for("a", "/status/phase", "Failed");
    wait_for("a", STATUS "/state/terminated/reason", "StartError");
    wait_for("a", STATUS "/state/terminated/message", "exec: \"/nonexistent/program\": no such file or directory");
    run_with("b", "exit 0", &(opsdk_apiserver_run_opts){.restart_policy = "Never", .dir = "/nonexistent"});
    wait_for("b", STATUS "/state/terminated/reason", "StartError");
    stop_and_check();
}
END_TEST

/* At once the first time, with a pause then; the state before is kept. */
START_TEST(restarts)
{
    api_start(NULL);
    run("a", "exit 7", "OnFailure");
    run("b", "exit 0", "OnFailure");
    wait_for("a", STATUS "/restartCount", "1");
    wait_for("a", STATUS "/state/waiting/reason", "CrashLoopBackOff");
    wait_for("a", STATUS "/lastState/terminated/exitCode", "7");
    wait_for("a", "/status/phase", "Running");
    wait_for("b", "/status/phase", "Succeeded");
    stop_and_check();
}
END_TEST

START_TEST(annotations_bind)
{
    static const char pod[] =
        "{metadata: {name: %s, annotations: {opsdk.dev/command.one: '%s'}}, spec: {containers: "
        "[{name: one, image: x, command: [sh, -c], args: [exec sleep 1000]}, {name: two, image: y}]}}";

    api_start(&(opsdk_apiserver_opts){.pods = true});
    api_do(201, "POST", PODS, pod, "a", "[\"sleep\", \"1000\"]");
    api_do(201, "POST", PODS, pod, "b", "[]");
    api_do(201, "POST", PODS, pod, "c", "no list");
    wait_for("a", STATUS "/ready", "true");
    wait_for("b", STATUS "/ready", "true");
    wait_for("b", "/status/containerStatuses/1/state/waiting/reason", "NotBound");
    ck_assert_str_eq(api_get(PODS "/c", "/status/phase"), "Pending");
    api_do(200, "MERGE", PODS "/a", "{metadata: {annotations: {opsdk.dev/command.two: '[sleep, \"1000\"]'}}}");
    api_do(200, "MERGE", PODS "/a", "{metadata: {annotations: {opsdk.dev/command.two: '[\"sleep\", \"1000\"]'}}}");
    wait_for("a", "/status/containerStatuses/1/ready", "true");
    stop_and_check();
}
END_TEST

START_TEST(only_where_it_is_allowed)
{
    api_start(NULL);
    api_do(201, "POST", PODS,
           "{metadata: {name: a, annotations: {opsdk.dev/command.one: '[\"true\"]'}}, spec: {containers: [{name: one, "
           "image: x}]}}");
    ck_assert_ptr_nonnull(strstr(api_warnings(), "this server runs no processes"));
    ck_assert_str_eq(api_get(PODS "/a", "/spec/nodeName"), "");
    run("a", "exec sleep 1000", NULL); /* in the program itself it is */
    wait_for("a", "/status/phase", "Running");
    stop_and_check();
}
END_TEST

/* SIGTERM, and then the object goes; or at once; or SIGKILL when the grace is over. */
START_TEST(deletes)
{
    api_start(NULL);
    run("polite", "trap 'exit 0' TERM; while :; do sleep 0.02; done", NULL);
    run("deaf", "trap '' TERM; while :; do sleep 0.02; done", NULL);
    run("now", "trap '' TERM; while :; do sleep 0.02; done", NULL);
    run("kept", "exec sleep 1000", NULL);
    wait_for("polite", "/status/phase", "Running");
    wait_for("deaf", "/status/phase", "Running");
    wait_for("now", "/status/phase", "Running");
    wait_for("kept", "/status/phase", "Running");
    api_do(200, "MERGE", PODS "/kept", "{metadata: {finalizers: [x/y]}}");
    api_do(200, "DELETE", PODS "/polite", NULL);
    api_do(200, "DELETE", PODS "/deaf?gracePeriodSeconds=1", NULL);
    api_do(200, "DELETE", PODS "/now?gracePeriodSeconds=0", NULL);
    api_do(200, "DELETE", PODS "/kept?gracePeriodSeconds=1", NULL);
    ck_assert_int_eq(api_status(PODS "/now"), 404);
    api_wait_gone(PODS "/polite");
    api_wait_gone(PODS "/deaf");
    wait_for("kept", STATUS "/state/terminated/reason", "Error");
    api_do(200, "MERGE", PODS "/kept", "{metadata: {finalizers: null}}");
    ck_assert_int_eq(api_status(PODS "/kept"), 404);
    stop_and_check();
}
END_TEST

/* A pod of the same name is another one, even when it comes before the first one's process has ended. */
START_TEST(comes_again)
{
    api_start(NULL);
    for (int i = 0; i < 20; i++) {
        run("a", "exec sleep 1000", NULL);
        if (i % 2)
            wait_for("a", "/status/phase", "Running");
        api_do(200, "DELETE", PODS "/a?gracePeriodSeconds=0", NULL);
    }
    run("a", "exec sleep 1000", NULL);
    wait_for("a", "/status/phase", "Running");
    stop_and_check();
}
END_TEST

static int dial(const char *address, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    inet_pton(AF_INET, address, &to.sin_addr);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void expect_answer(const char *address, const char *text)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    char got[64] = "";
    size_t len = 0;
    ssize_t n;
    int fd = dial(address, 9400);

    for (int i = 0; fd < 0; i++) {
        ck_assert_int_lt(i, 3000);
        nanosleep(&pause, NULL);
        fd = dial(address, 9400);
    }
    ck_assert_int_eq(send(fd, "?\n", 2, 0), 2);
    shutdown(fd, SHUT_WR);
    while ((n = read(fd, got + len, sizeof(got) - 1 - len)) > 0)
        len += (size_t)n;
    ck_assert_str_eq(got, text);
    close(fd);
}

/* Each pod has ports of its own, and they are reachable at its address. */
START_TEST(ports_are_the_pods_own)
{
    static const char listen[] =
        "exec perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 9400, Listen => 5, ReuseAddr => 1) "
        "or "
        "die; while ($c = $s->accept) { <$c>; print $c \"I am $ENV{HOSTNAME}\\n\"; close $c }'";
    char a[64], b[64];

    if (!sandbox_works())
        return;
    api_start(NULL);
    run("a", listen, NULL);
    run("b", listen, NULL);
    wait_for("a", "/status/phase", "Running");
    wait_for("b", "/status/phase", "Running");
    snprintf(a, sizeof(a), "%s", api_get(PODS "/a", "/status/podIP"));
    snprintf(b, sizeof(b), "%s", api_get(PODS "/b", "/status/podIP"));
    ck_assert_str_ne(a, b);
    for (int i = 0; i < 20; i++) { /* more than one stock of sockets */
        expect_answer(a, "I am a\n");
        expect_answer(b, "I am b\n");
    }
    wait_for("a", STATUS "/restartCount", "0");
    stop_and_check();
}
END_TEST

/* A process whose parent this one is; 0: none. */
static pid_t find_child(void)
{
    DIR *dir = opendir("/proc");
    pid_t found = 0;

    for (struct dirent *e = readdir(dir); e && !found; e = readdir(dir)) {
        char path[300], line[512] = "";
        FILE *f;

        snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
        f = *e->d_name >= '1' && *e->d_name <= '9' ? fopen(path, "r") : NULL;
        if (f && fgets(line, sizeof(line), f) && strrchr(line, ')') &&
            strtol(strrchr(line, ')') + 4, NULL, 10) == getpid())
            found = (pid_t)strtol(e->d_name, NULL, 10);
        if (f)
            fclose(f);
    }
    closedir(dir);
    return found;
}

/* Runs a server until it is killed, and tells the process of its pod. */
static void be_server(int tell)
{
    pid_t child = 0;

    api_start(NULL);
    run_with("a", "exec sleep 1000", &(opsdk_apiserver_run_opts){.host_network = true});
    wait_for("a", "/status/phase", "Running");
    while (!child)
        child = find_child();
    (void)!write(tell, &child, sizeof(child));
    pause();
}

/* The server's own death, as by SIGKILL, takes the processes along. */
START_TEST(nothing_survives_the_server)
{
    int ends[2];
    pid_t server, child = 0;

    ck_assert_int_eq(pipe(ends), 0);
    server = fork();
    if (server == 0)
        be_server(ends[1]);
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &child, sizeof(child)), sizeof(child));
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(kill(child, 0), 0);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    await_end(child);
    close(ends[0]);
}
END_TEST

TESTS("pods", runs, succeeds_or_fails, what_cannot_start_says_why, restarts, annotations_bind, only_where_it_is_allowed,
      deletes, comes_again, ports_are_the_pods_own, nothing_survives_the_server)
