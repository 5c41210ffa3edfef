/* The messages of the exec protocol (v4 and v5.channel.k8s.io), taken apart.  No I/O.
 *
 * The first byte of a message is its channel; it stands once, before the first fragment.  Not thread-safe. */
#ifndef CORE_CHANNEL_H
#define CORE_CHANNEL_H

#include "core/buf.h"

#include <opsdk/error.h>

enum {
    CHANNEL_STDIN = 0,
    CHANNEL_STDOUT = 1,
    CHANNEL_STDERR = 2,
    CHANNEL_ERROR = 3,   /* how the command ended, as a Status */
    CHANNEL_CLOSE = 255, /* v5: the payload is the channel that ends here */
};

/* Takes output of fd 1 or 2.  A negative code ends the reading. */
typedef int channel_output_fn(int fd, const char *data, size_t len, void *user, opsdk_error *err);

typedef struct channel {
    int current; /* of the message that is being read; -1: its first byte is yet to come */
    buf status;  /* the error channel's text */
    channel_output_fn *output;
    void *user;
} channel;

void channel_init(channel *ch, channel_output_fn *output, void *user);
void channel_clear(channel *ch);

/* Takes a piece of a message; first and last tell where in it.  OPSDK_EPROTO for a channel that a server does not write to. */
int channel_feed(channel *ch, const char *data, size_t len, bool first, bool last, opsdk_error *err);

/* How a command ended. */
typedef struct channel_exit {
    int code;          /* 0..255; -1: it did not run, reason and message say why */
    bool missing;      /* there is no such program in the container, or it cannot be run */
    char reason[32];   /* of the Status: "NonZeroExitCode", "InternalError" */
    char message[168]; /* of the Status, as it came; of a long one the end */
} channel_exit;

/* Reads the error channel's Status.  OPSDK_EPROTO: it is none, or only the first part of one. */
int channel_read_exit(const char *json, size_t len, channel_exit *ret, opsdk_error *err);

#endif
