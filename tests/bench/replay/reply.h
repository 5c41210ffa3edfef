/* Writes answers to a socket through one buffer.  A failed write is remembered; the rest is skipped then. */
#ifndef REPLAY_REPLY_H
#define REPLAY_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#define REPLY_ROOM (1u << 20) /* larger than any object */

typedef struct reply {
    int fd;
    bool failed, chunked;
    size_t len;
    char room[REPLY_ROOM + 64];
} reply;

void reply_head(reply *r, int status, long long length); /* -1: chunked */
/* Room for len bytes more, which the caller fills. */
char *reply_room(reply *r, size_t len);
void reply_text(reply *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void reply_flush(reply *r);
void reply_end(reply *r); /* of a chunked body too */

#endif
