#include "tests/bench/informer/figures.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec ts = {0};

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t figure_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t figure_cpu_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

size_t figure_heap(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

/* The number behind a name at a line's start. */
static long number_of(const char *path, const char *name)
{
    FILE *file = fopen(path, "re");
    char line[256];
    long n = 0;

    while (file && n == 0 && fgets(line, sizeof(line), file)) {
        if (strncmp(line, name, strlen(name)) == 0)
            n = strtol(line + strlen(name), NULL, 10);
    }
    if (file)
        fclose(file);
    return n;
}

long figure_pss_kb(void)
{
    return number_of("/proc/self/smaps_rollup", "Pss:");
}

long figure_peak_kb(void)
{
    return number_of("/proc/self/status", "VmHWM:");
}
