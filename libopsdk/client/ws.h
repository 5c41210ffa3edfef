/* WebSocket connections to the API server, over libwebsockets.  The only file of the library that knows it.
 *
 * A call runs in the caller's thread from handshake to close.  What a context costs (30 to 60 ms, mostly TLS set-up) is paid
 * once: idle contexts are kept in the client. */
#ifndef CLIENT_WS_H
#define CLIENT_WS_H

#include <opsdk/client.h>

/* What ws_io.send may return beside a length and a negative code. */
enum {
    WS_NOTHING = 0,    /* nothing to send now: ask again in WS_TICK_MS */
    WS_DONE = 1 << 30, /* the call is over and a success: hang up */
};

#define WS_FRAME 32768 /* bytes of a message that is sent */
#define WS_TICK_MS 20  /* between two looks at clock, cancellation and idle input */

typedef struct ws_io {
    const char *protocols; /* offered, best first: "v5.channel.k8s.io, v4.channel.k8s.io" */
    /* The connection stands; the server chose this protocol. */
    int (*open)(const char *protocol, void *user, opsdk_error *err);
    /* A piece of a message.  May block. */
    int (*receive)(const char *data, size_t len, bool first, bool last, void *user, opsdk_error *err);
    /* Makes the next message, at most WS_FRAME bytes, in buf.  May block. */
    long (*send)(char *buf, void *user, opsdk_error *err);
    void *user;
    int timeout_ms; /* of the whole call; 0: none */
    int silence_ms; /* without a byte from the server, pongs included, or progress in sending */
} ws_io;

/* Opens target (path and query, escaped) and serves the connection until it ends: 0 when the server closed it or send said
 * WS_DONE; OPSDK_EIO when it broke.  A 401 is tried once more with a renewed credential.  When the server answers without
 * upgrading, err->http_status tells; the words are only about the status. */
int ws_run(opsdk_client *c, const char *target, const ws_io *io, opsdk_error *err);

#endif
