/* exec and attach: a command beside a container's process, or that process itself, at the end of a WebSocket whose messages have a channel as
 * their first byte (v4 and v5.channel.k8s.io).  Under the server's lock. */
#ifndef APISERVER_PODS_SESSION_H
#define APISERVER_PODS_SESSION_H

#include "apiserver/http_ws.h"
#include "apiserver/pods/pod.h"

struct session {
    websocket ws;
    apiserver *server;
    char *ns, *pod, *container; /* of whom; looked up when the command is to start */
    char **argv;                /* NULL: attach */
    bool in, out, err, tty;     /* what is asked for */
    bool v5, opened;
    bool gone;  /* the client */
    bool ended; /* the status is in messages */
    container *of;
    process process; /* of an exec */
    poller on_in, on_out, on_err, on_end;
    int code;          /* of the command that ended; -1: it runs */
    int64_t end_at_ms; /* of its output, whoever holds it open */
    buf messages;      /* each with its length before it */
    size_t told;       /* bytes of messages that were sent */
    buf input;         /* for the command */
    size_t taken;      /* bytes of input that it took */
    bool in_ended;     /* nothing is added to input any more */
    int channel;       /* of the message that comes in */
    buf size;          /* a resize that comes in, in pieces */
    unsigned short columns, rows;
    session *next;           /* of all */
    session *beside, **link; /* of those on one container: attached, or commands */
};

/* The handlers of pods/exec and pods/attach. */
int session_exec(call *c, failure *why);
int session_attach(call *c, failure *why);
/* pods/portforward is not served; says what to do instead. */
int session_forward(call *c, failure *why);

void sessions_output(container *c, int fd, const char *data,
                     size_t len);                 /* of its own process, for those who are attached */
void sessions_end(container *c);                  /* its process ended */
int64_t sessions_step(apiserver *s, int64_t now); /* starts commands, frees what is over; when to come again */
void sessions_free(apiserver *s);

/* session_io.c: messages both ways. */
bool session_receive(websocket *ws, const char *data, size_t len, bool first, bool last);
int session_fill(websocket *ws, buf *out);
void session_say(session *se, int number, const char *data, size_t len);
bool session_has_room(const session *se);
void session_read_output(session *se, poller *p, int *fd, int number);
void session_watch_input(session *se, int fd); /* from now on input goes there */
void session_resize(const session *se);
void session_end(session *se, json_t *status); /* tells how it ended, once; takes status */

#endif
