/* What all files of the attach helper share: one run, its JVM, its result.
 *
 * The helper runs in somebody else's container.  One rule stands above all: nothing it does may end or harm
 * the application.  So each step proves that the next one is safe, and every wait ends at run.deadline.
 *
 * Functions that take a run return 0 to go on, or -1 after having written run.result, which ends the run.
 */
#ifndef ATTACH_ATTACH_H
#define ATTACH_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DIR_MAX 200                      /* length of --dir; the JVM cuts an attach argument at 1024 bytes */
#define CONFIG_MAX ((size_t)1 << 20)     /* exporter configuration */
#define PROPERTIES_MAX ((size_t)1 << 20) /* answer to the "properties" operation */
#define REPLY_MAX ((size_t)16 << 10)     /* answer to "load" */
#define SCRAPE_MAX ((size_t)64 << 20)    /* body of one scrape: read, not kept */
#define LINE_MAX_LEN 4608                /* longest line read from /proc: a path and what stands before it */
#define TEXT_MAX ((size_t)256 << 10)     /* command line, environment, small files */
#define JVMS_MAX 32                      /* JVMs looked at in one container */
#define TIMEOUT_MS 20000                 /* default of --timeout-ms */
#define TIMEOUT_MAX_MS 600000            /* its upper limit */
#define MIN_AGE_MS 3000                  /* default of --min-age-ms */
#define FIND_MS 3000                     /* how long a JVM may take to appear, or a second one to go */
#define SIGNAL_WAIT_MS 2000              /* before a second SIGQUIT */
#define MEET_TRIES 5                     /* of the question for its properties */
#define SIGNALS_MAX 6                    /* unanswered SIGQUITs that one JVM gets, over all runs */

enum outcome { OUTCOME_LOADED, OUTCOME_PRESENT, OUTCOME_REFUSED, OUTCOME_RETRY };

struct result {
    enum outcome outcome;
    char reason[32];
    char message[600];
};

/* One JVM. pid is as this process sees it, ns_pid as the JVM itself does. */
struct jvm {
    pid_t pid;
    pid_t ns_pid;
    uid_t uid;
    gid_t gid;
    uint64_t start; /* clock ticks after boot: tells a pid from its next use */
    char java[64];  /* version */
    char home[512];
    char *class_path; /* owned by the run */
    bool modular;     /* started with a main module: only the modules it needs are there */
};

/* What DIR/state keeps about the JVM that this directory's agent was loaded into. */
struct state {
    long pid;
    uint64_t start;
    int port;
    int signals;   /* SIGQUITs sent without an answer */
    char java[64]; /* version, or "-" */
};

struct run {
    const char *dir; /* canonical; links in /proc name the jar so */
    int dir_fd;
    int lock_fd;      /* DIR/lock */
    int jvm_fd;       /* /proc/PID */
    int port;         /* asked for */
    int real_port;    /* the agent listens here, 0: not known */
    pid_t want_pid;   /* 0: find it */
    int64_t deadline; /* CLOCK_MONOTONIC, ms */
    int min_age_ms;
    char *config;
    size_t config_len;
    ssize_t config_want; /* bytes announced with --size, -1: until end of file */
    struct jvm jvm;
    struct state state;
    bool loaded; /* this run loaded the agent */
    struct result result;
};

/* The whole work; always fills run->result. run.c */
void run_do(struct run *r);

#endif
