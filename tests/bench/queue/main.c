/* The work queue alone, on one thread: what it takes to add a key, take it and give it back.  One line of JSON.
 *
 *   queue             all figures; the best of several rounds each
 *   queue --only N    N operations with 1,000 keys, and no figure: for callgrind, under which the first form runs it
 */
#include "runtime/queue.h"

#include <inttypes.h>
#include <malloc.h>
#include <opsdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 7
#define FEW 1000
#define MANY 100000
#define CROWD 1000000
#define NAME 56

typedef char name[NAME];
static name *names;

static int64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void add(opsdk_queue *q, size_t i)
{
    static const char *const namespaces[] = {"default", "kube-system", "team-one", "team-two-production"};

    queue_add(q, namespaces[i % 4], names[i]);
}

static void drain(opsdk_queue *q, size_t n)
{
    queue_item item;

    for (size_t i = 0; i < n; i++) {
        if (!queue_take(q, &item))
            abort();
        queue_done(q, &item, 0);
    }
}

/* All keys are added, then all are taken; each one times more than once, if so.  Nanoseconds for each that was added. */
static double crowd(size_t keys, size_t times)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 5, 1000);
    double best = 1e9;

    for (int round = 0; round < ROUNDS; round++) {
        size_t repeat = keys < MANY ? MANY / keys : 1;
        int64_t start = now_ns();
        for (size_t r = 0; r < repeat; r++) {
            for (size_t i = 0; i < keys * times; i++)
                add(q, i % keys);
            drain(q, keys);
        }
        double ns = (double)(now_ns() - start) / (double)(repeat * keys * times);
        best = ns < best ? ns : best;
    }
    queue_free(q);
    return best;
}

/* A key at a time, as when events are few. */
static double one_by_one(size_t keys, size_t operations)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 5, 1000);
    double best = 1e9;

    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = now_ns();
        for (size_t i = 0; i < operations; i++) {
            add(q, i % keys);
            drain(q, 1);
        }
        double ns = (double)(now_ns() - start) / (double)operations;
        best = ns < best ? ns : best;
    }
    queue_free(q);
    return best;
}

/* Every key with a delay, all to come due while they are taken; and beside a crowd that is not due for long. */
static double delayed(size_t keys, size_t asleep)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 5, 1000);
    double best = 1e9;

    for (size_t i = 0; i < asleep; i++)
        queue_add_after(q, "asleep", names[i], 3600000 + (int64_t)(i * 7919 % 3600000));
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = now_ns();
        for (size_t i = 0; i < keys; i++)
            queue_add_after(q, "default", names[i], (int64_t)(i * 31 % 4));
        int64_t mid = now_ns();
        usleep(5000);
        int64_t again = now_ns();
        drain(q, keys);
        double ns = (double)(now_ns() - again + mid - start) / (double)keys;
        best = ns < best ? ns : best;
    }
    queue_free(q);
    return best;
}

static size_t heap(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

static size_t bytes_per_key(size_t keys)
{
    size_t before = heap(), after;
    opsdk_queue *q = queue_new(&OPSDK_POD, 5, 1000);

    for (size_t i = 0; i < keys; i++)
        add(q, i);
    after = heap();
    queue_free(q);
    return (after - before) / keys;
}

/* Instructions of so many operations, and of the program around them; 0 without valgrind. */
static uint64_t instructions(const char *self, size_t operations)
{
    char command[512], line[256];
    uint64_t n = 0;
    FILE *out;

    snprintf(command, sizeof(command), "valgrind --tool=callgrind --callgrind-out-file=/dev/null '%s' --only %zu 2>&1",
             self, operations);
    out = popen(command, "re");
    while (out && fgets(line, sizeof(line), out)) {
        const char *at = strstr(line, "Collected :");
        if (at)
            n = strtoull(at + 11, NULL, 10);
    }
    if (out)
        pclose(out);
    return n;
}

static double instructions_each(const char *self)
{
    uint64_t less = instructions(self, 100000), more = instructions(self, 300000);

    return more > less ? (double)(more - less) / 200000 : 0;
}

static void name_all(size_t n)
{
    names = calloc(n, sizeof(name));
    if (!names)
        exit(1);
    for (size_t i = 0; i < n; i++)
        snprintf(names[i], NAME, "application-%zu-7c9d5b6f4-x%zu", i / 3, i * 2654435761u % 100000);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--only") == 0) {
        opsdk_queue *q = queue_new(&OPSDK_POD, 5, 1000);
        name_all(FEW);
        for (size_t left = strtoul(argv[2], NULL, 10); left > 0; left -= left < FEW ? left : FEW) {
            for (size_t i = 0; i < FEW; i++)
                add(q, i);
            drain(q, FEW);
        }
        queue_free(q);
        free(names);
        return 0;
    }
    name_all(CROWD);
    printf("{\"bench\":\"queue\",\"one_ns\":%.1f,\"keys_1k_ns\":%.1f,\"keys_100k_ns\":%.1f,\"keys_1m_ns\":%.1f,",
           one_by_one(FEW, MANY), crowd(FEW, 1), crowd(MANY, 1), crowd(CROWD, 1));
    printf("\"duplicates_1k_ns\":%.1f,\"duplicates_100k_ns\":%.1f,", crowd(FEW, 10), crowd(MANY, 10));
    printf("\"delayed_100k_ns\":%.1f,\"delayed_beside_1m_ns\":%.1f,", delayed(MANY, 0), delayed(MANY, CROWD));
    printf("\"bytes_per_key\":%zu,\"instructions\":%.1f}\n", bytes_per_key(MANY), instructions_each(argv[0]));
    free(names);
    return 0;
}
