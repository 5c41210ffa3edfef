/* What a container printed, line by line: the newest LIMIT_POD_LOG bytes.  Under the server's lock. */
#ifndef APISERVER_PODS_LOG_H
#define APISERVER_PODS_LOG_H

#include "core/buf.h"

typedef struct log_line {
    int64_t time_us; /* since 1970, when its end came */
    int fd;          /* 1 or 2 */
    bool whole;      /* else the next one of this fd continues it */
    size_t len;
    char text[]; /* without the line feed */
} log_line;

typedef struct pod_log {
    unsigned refs; /* of the container and of who follows it */
    log_line **lines;
    size_t first, n, cap, bytes;
    uint64_t base; /* the number of the first line that is there */
    bool ended;    /* no more will come */
    buf partial[2];
    struct log_reader *readers; /* are told of each line */
} pod_log;

/* Reads on as lines come; embedded in its owner's struct. */
typedef struct log_reader log_reader;
struct log_reader {
    pod_log *log;
    uint64_t next;                 /* number of the line to read */
    void (*more)(log_reader *r);   /* there is one, or the end */
    log_reader *following, **link; /* of the same log */
};

pod_log *pod_log_new(void); /* NULL: no memory */
pod_log *pod_log_ref(pod_log *l);
pod_log *pod_log_unref(pod_log *l); /* NULL is fine; returns NULL */

void pod_log_add(pod_log *l, int fd, const char *data, size_t len, int64_t now_us);
void pod_log_end(pod_log *l, int64_t now_us); /* a line without line feed counts, too */

const log_line *pod_log_at(const pod_log *l, uint64_t number); /* NULL: gone, or yet to come */
uint64_t pod_log_next(const pod_log *l);                       /* number of the line to come */

void log_reader_start(log_reader *r, pod_log *l, uint64_t from);
void log_reader_stop(log_reader *r); /* fine when it never started */

#endif
