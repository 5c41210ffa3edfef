#include "tests/support/program.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char program_out[16384];

int opsdk(const char *args)
{
    const char *build = getenv("OPSDK_BUILD");
    char line[4096];
    FILE *p;
    int status;

    snprintf(line, sizeof(line), "TZ=UTC %s/bin/opsdk %s 2>&1", build ? build : "build", args);
    p = popen(line, "re");
    ck_assert_ptr_nonnull(p);
    program_out[fread(program_out, 1, sizeof(program_out) - 1, p)] = '\0';
    status = pclose(p);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

bool says(const char *text)
{
    return strstr(program_out, text) != NULL;
}

program program_start(char *const argv[])
{
    const char *build = getenv("OPSDK_BUILD");
    char path[256];
    program p;
    int fds[2];

    snprintf(path, sizeof(path), "%s/bin/opsdk", build ? build : "build");
    ck_assert_int_eq(pipe(fds), 0);
    p.pid = fork();
    if (p.pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        execv(path, argv);
        _exit(127);
    }
    close(fds[1]);
    p.out = fdopen(fds[0], "r");
    return p;
}

int program_finish(program *p)
{
    int status;

    ck_assert_int_eq(waitpid(p->pid, &status, 0), p->pid);
    fclose(p->out);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void program_expect(program *p, const char *line)
{
    char got[512] = "";

    ck_assert_msg(fgets(got, sizeof(got), p->out) && strcmp(got, line) == 0, "prints %s, not %s", got, line);
}
