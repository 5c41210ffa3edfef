#include "tests/support/program.h"
#include "tests/support/suite.h"
#include "tests/support/wsserver.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static wsserver *server;
static char config[64];

static void start(void)
{
    FILE *f;

    server = wsserver_start(&(wsserver_opts){0});
    snprintf(config, sizeof(config), "/tmp/opsdk-exec.%ld", (long)getpid());
    f = fopen(config, "we");
    ck_assert_ptr_nonnull(f);
    fprintf(f,
            "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:%d'}}]\ncontexts: [{name: c, context: {cluster: "
            "c, user: u}}]\nusers: [{name: u, user: {}}]\ncurrent-context: c\n",
            wsserver_port(server));
    fclose(f);
    setenv("KUBECONFIG", config, 1);
}

static void stop(void)
{
    unlink(config);
    wsserver_stop(server);
}

START_TEST(the_commands_output_and_exit_code)
{
    start();
    ck_assert_int_eq(opsdk("exec p -- echo 'a  b;$c'"), 0);
    ck_assert_str_eq(program_out, "a  b;$c\n");
    ck_assert_int_eq(opsdk("exec p -- sh -c 'echo no >&2; exit 7'"), 7);
    ck_assert_str_eq(program_out, "no\n");
    ck_assert_int_eq(opsdk("exec -i p -- cat </dev/null"), 0);
    ck_assert_str_eq(program_out, "");
    ck_assert_int_eq(opsdk("exec -i p -- wc -c < /etc/passwd >/dev/null"), 0);
    stop();
}
END_TEST

START_TEST(copies_there_and_back)
{
    char line[256];

    start();
    snprintf(line, sizeof(line), "cp /etc/passwd p:%s.in", config);
    ck_assert_msg(opsdk(line) == 0, "%s", program_out);
    snprintf(line, sizeof(line), "cp p:%s.in %s.out && cmp /etc/passwd %s.out", config, config, config);
    ck_assert_msg(opsdk(line) == 0, "%s", program_out);
    snprintf(line, sizeof(line), "%s.in", config);
    unlink(line);
    snprintf(line, sizeof(line), "%s.out", config);
    unlink(line);
    ck_assert_int_eq(opsdk("cp /nonexistent p:/tmp/x"), 1);
    ck_assert_str_eq(program_out, "opsdk cp: cannot read /nonexistent: No such file or directory\n");
    stop();
}
END_TEST

START_TEST(wrong_words)
{
    ck_assert_int_eq(opsdk("exec"), 2);
    ck_assert_int_eq(opsdk("exec p"), 2);
    ck_assert_int_eq(opsdk("exec --nope p -- true"), 2);
    ck_assert(says("--nope"));
    ck_assert_int_eq(opsdk("cp a"), 2);
    ck_assert_int_eq(opsdk("cp a b"), 2);
    ck_assert(says("POD:PATH"));
}
END_TEST

TESTS("cmd exec and cp", the_commands_output_and_exit_code, copies_there_and_back, wrong_words)
