/* Runs a command in a container.  Blocks the caller.
 *
 * Over WebSocket, subprotocol v5.channel.k8s.io, with v4.channel.k8s.io where the server knows no newer one; v4 cannot close
 * stdin, so a command that waits for its end there, silent for 5 s, is given up with OPSDK_EPROTO.
 *
 * A result is a result only if the server said how the command ended and then closed the stream: a stream that breaks before is
 * OPSDK_EIO.  A program that could not be started is OPSDK_EEXEC with exit code -1 and the reason of the server's Status, or ends
 * with 126 or 127, as the container's runtime has it.  A command that leaves much of its stdin unread may never be reported as ended:
 * Kubernetes holds its status back, and the time-out is what ends the call. */
#ifndef OPSDK_EXEC_H
#define OPSDK_EXEC_H

#include <opsdk/client.h>
#include <opsdk/kind.h>

OPSDK_BEGIN

typedef struct opsdk_exec_opts {
    const char *container; /* default: the pod's default container annotation, else the first */
    const void *in;        /* stdin, borrowed; NULL with in_len 0: no stdin at all */
    size_t in_len;
    size_t max_output; /* of stdout and stderr each, default 1 MiB; beyond it OPSDK_EEXEC */
    int timeout_ms;    /* of the whole command, default 30 s */
    bool any_exit;     /* a non-zero exit is a result; else it is OPSDK_EEXEC with the tail of stderr as message */
} opsdk_exec_opts;

/* Both texts are NUL-terminated behind their length. */
typedef struct opsdk_output {
    int exit_code; /* 0..255, from the error channel; -1: the server did not say */
    char *out;
    size_t out_len;
    char *err;
    size_t err_len;
} opsdk_output;
OPSDK_API void opsdk_output_clear(opsdk_output *o);
#define opsdk_auto_output opsdk_output __attribute__((cleanup(opsdk_output_clear)))

#define OPSDK_ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

/* argv goes to the container as it is; no shell sees it.  ret may be NULL; it is filled as far as it came also on
 * OPSDK_EEXEC and OPSDK_ETIMEOUT, and is the caller's to clear in every case. */
OPSDK_API int opsdk_exec(opsdk_client *c, opsdk_key pod, const char *const argv[], const opsdk_exec_opts *opts,
                         opsdk_output *ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* For streams larger than memory.  All callbacks run in the caller's thread, inside opsdk_exec_stream. */
typedef struct opsdk_exec_io {
    /* Fills buf with up to len bytes of stdin: the count, 0 at its end, OPSDK_EBUSY for nothing yet (it is asked again soon), or
     * another negative code that ends the call.  May block for as long as the caller likes the stream to stand still.  NULL: no
     * stdin. */
    long (*read)(char *buf, size_t len, void *user);
    /* Takes output; fd is 1 or 2.  A negative code ends the call.  NULL: thrown away. */
    int (*write)(int fd, const char *data, size_t len, void *user);
    void *user;
    const char *container;
    int timeout_ms; /* of the whole command; 0: none, only of silence */
    int silence_ms; /* no byte either way for so long, pongs included, is OPSDK_ETIMEOUT; default 60 s */
} opsdk_exec_io;

/* Returns the exit code (0..255) or a negative code. */
OPSDK_API int opsdk_exec_stream(opsdk_client *c, opsdk_key pod, const char *const argv[], const opsdk_exec_io *io,
                                opsdk_error *err) OPSDK_MUST_CHECK;

OPSDK_END
#endif
