#include "tests/support/program.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

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
