/* Writes answers to a socket: what stands in memory already is handed to the kernel from there, the rest through a small buffer.
 * A failed write is remembered; the rest is skipped then. */
#ifndef REPLAY_REPLY_H
#define REPLAY_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

enum {
    REPLY_ROOM = 1 << 16,    /* of what is made for this answer */
    REPLY_PIECES = 512,      /* pieces of one write */
    REPLY_ENOUGH = 512 << 10 /* bytes that are worth a write */
};

typedef struct reply {
    int fd;
    bool failed, chunked;
    size_t len;  /* bytes that wait */
    size_t used; /* of room */
    int n;       /* pieces, the first of them for the head of the chunk */
    struct iovec pieces[REPLY_PIECES + 2];
    char room[REPLY_ROOM];
} reply;

void reply_head(reply *r, int status, const char *type, long long length); /* -1: chunked */
/* Makes sure that so many pieces and bytes of room come without a write between. */
void reply_begin(reply *r, int pieces, size_t room);
/* data must stay until the next flush; not copied. */
void reply_ref(reply *r, const char *data, size_t len);
/* Room for len bytes more, which the caller fills. */
char *reply_room(reply *r, size_t len);
void reply_text(reply *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void reply_flush(reply *r);
void reply_end(reply *r); /* of a chunked body too */

#endif
