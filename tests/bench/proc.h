/* What /proc tells of a process. */
#ifndef BENCH_PROC_H
#define BENCH_PROC_H

/* The number behind name at a line's start in /proc/PID/FILE, such as "Pss:" in "smaps_rollup"; pid 0 is this process.  -1: it cannot be read. */
long proc_number(int pid, const char *file, const char *name);

#endif
