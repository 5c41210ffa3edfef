#include "tests/bench/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long proc_number(int pid, const char *file, const char *name)
{
    char path[64], line[256];
    long n = -1;
    FILE *in;

    if (pid)
        snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
    else
        snprintf(path, sizeof(path), "/proc/self/%s", file);
    in = fopen(path, "re");
    while (in && n < 0 && fgets(line, sizeof(line), in)) {
        if (strncmp(line, name, strlen(name)) == 0)
            n = strtol(line + strlen(name), NULL, 10);
    }
    if (in)
        fclose(in);
    return n;
}
