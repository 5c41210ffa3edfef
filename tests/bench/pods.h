/* Pods as a busy cluster has them, and what they take in the server's memory. */
#ifndef BENCH_PODS_H
#define BENCH_PODS_H

/* Creates n and gives each its status as the kubelet does. */
void pods_run(long n, const int *pids);

#endif
