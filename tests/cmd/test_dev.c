/* opsdk dev as its users call it. */
#include "tests/support/program.h"
#include "tests/support/suite.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static program server;

/* Starts one and takes the line to paste at its word. */
static void serve(char *const argv[])
{
    char line[512];

    server = program_start(argv);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), server.out));
    ck_assert_int_eq(strncmp(line, "export KUBECONFIG=", 18), 0);
    line[strcspn(line, "\n")] = '\0';
    setenv("KUBECONFIG", line + 18, 1);
    ck_assert_int_eq(access(getenv("KUBECONFIG"), R_OK), 0);
}

static void stop(void)
{
    ck_assert_int_eq(kill(server.pid, SIGTERM), 0);
    ck_assert_int_eq(program_finish(&server), 0);
    ck_assert_int_ne(access(getenv("KUBECONFIG"), F_OK), 0);
    unsetenv("KUBECONFIG");
}

static char manifest[] = "/tmp/opsdk-test-XXXXXX";

static void write_manifest(void)
{
    static const char text[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, labels: {a: b}}\n---\n"
                               "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two}\ndata: {k: v}\n";
    int fd = mkstemp(manifest);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    close(fd);
}

START_TEST(serves_what_is_loaded)
{
    write_manifest();
    serve((char *[]){"opsdk", "dev", "-f", manifest, NULL});
    unlink(manifest);
    ck_assert_int_eq(opsdk("get configmaps -l a=b -o name"), 0);
    ck_assert_str_eq(program_out, "configmaps/one\n");
    ck_assert_int_eq(opsdk("get cm two -o json"), 0);
    ck_assert(says("\"k\":\"v\""));
    ck_assert_int_eq(opsdk("get --raw /readyz"), 0);
    ck_assert_str_eq(program_out, "ok");
    ck_assert_int_eq(opsdk("get --raw nope"), 1);
    stop();
}
END_TEST

START_TEST(misbehaves_and_remembers)
{
    serve((char *[]){"opsdk", "dev", "--fault", "error code=500 resource=secrets n=-1", NULL});
    ck_assert_int_eq(opsdk("get secrets"), 1);
    ck_assert(says("a fault was injected"));
    ck_assert_int_eq(opsdk("dev heal"), 0);
    ck_assert_int_eq(opsdk("get secrets"), 0);
    ck_assert_int_eq(opsdk("dev fault error code=503 n=1 resource=pods"), 0);
    ck_assert_int_eq(opsdk("get pods"), 1);
    ck_assert_int_eq(opsdk("dev requests --resource secrets --verb list"), 0);
    ck_assert(says("\"status\":500") && says("\"status\":200") && !says("\"resource\":\"pods\""));
    ck_assert_int_eq(opsdk("dev fault nonsense"), 1);
    ck_assert(says("there is none of the name \"nonsense\""));
    stop();
}
END_TEST

/* As a user of its own, with a kubeconfig from the administrator's. */
START_TEST(knows_users)
{
    char path[] = "/tmp/opsdk-test-XXXXXX", args[128];
    FILE *f;
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    serve((char *[]){"opsdk", "dev", "--rbac", NULL});
    ck_assert_int_eq(opsdk("get secrets"), 0);
    ck_assert_int_eq(opsdk("dev kubeconfig --as jane --as-group readers"), 0);
    f = fdopen(fd, "w");
    fputs(program_out, f);
    fclose(f);
    snprintf(args, sizeof(args), "get secrets --kubeconfig %s", path);
    ck_assert_int_eq(opsdk(args), 1);
    ck_assert(says("User \"jane\" cannot list resource \"secrets\""));
    snprintf(args, sizeof(args), "dev kubeconfig --as joe --kubeconfig %s", path);
    ck_assert_int_eq(opsdk(args), 1);
    ck_assert_int_eq(opsdk("dev kubeconfig"), 2);
    ck_assert_int_eq(opsdk("dev kubeconfig --as-group a"), 2);
    ck_assert_int_eq(opsdk("dev requests --user jane"), 0);
    ck_assert(says("\"user\":\"jane\"") && says("\"status\":403") && !says("kubernetes-admin"));
    unlink(path);
    stop();
}
END_TEST

START_TEST(wrong_words)
{
    ck_assert_int_eq(opsdk("dev --listen nowhere"), 1);
    ck_assert(says("want HOST:PORT or unix:PATH"));
    ck_assert_int_eq(opsdk("dev -f /nonexistent"), 1);
    ck_assert(says("/nonexistent: No such file"));
    ck_assert_int_eq(opsdk("dev --frob"), 2);
    ck_assert_int_eq(opsdk("dev frob"), 2);
    ck_assert_int_eq(opsdk("dev fault"), 2);
    ck_assert_int_eq(opsdk("dev fault --list"), 0);
    ck_assert(says("drop-watches") && says("malformed"));
    ck_assert_int_eq(opsdk("dev --help"), 0);
    ck_assert_int_eq(opsdk("dev requests --help"), 0);
    ck_assert_int_eq(opsdk("get --raw /x pods"), 2);
}
END_TEST

TESTS("dev", serves_what_is_loaded, misbehaves_and_remembers, knows_users, wrong_words)
