#include "tests/bench/informer/figures.h"

#include "tests/bench/proc.h"

#include <malloc.h>
#include <stdio.h>
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

long figure_pss_kb(void)
{
    return proc_number(0, "smaps_rollup", "Pss:");
}

long figure_rss_kb(void)
{
    return proc_number(0, "status", "VmRSS:");
}

long figure_private_kb(void)
{
    return proc_number(0, "smaps_rollup", "Private_Dirty:");
}

long figure_peak_kb(void)
{
    return proc_number(0, "status", "VmHWM:");
}

void figure_peak_reset(void)
{
    FILE *out = fopen("/proc/self/clear_refs", "we");

    if (!out)
        return;
    fputs("5", out);
    fclose(out);
}
