/* An API server that can do one thing: exec.  It speaks v5 and v4.channel.k8s.io on 127.0.0.1 and runs the command as a real process of
 * this machine, with no library's help in the WebSocket part, so that two readings of the protocol meet.  It misbehaves on request.
 *
 * One thread per connection. */
#ifndef SUPPORT_WSSERVER_H
#define SUPPORT_WSSERVER_H

#include "tests/support/pki.h"

#include <opsdk/client.h>

typedef struct wsserver wsserver;

typedef struct wsserver_opts {
    const char *path; /* folder that programs are found in, and PATH of what runs; default: this process's PATH */
    bool tls;
    const char *names;    /* of its certificate; default "IP:127.0.0.1" */
    bool wrong_authority; /* the client is told of another */
    bool v4;              /* knows no v5 */
    bool no_protocol;     /* chooses none */
    bool bad_accept;      /* wrong Sec-WebSocket-Accept */
    const char *token;    /* 401 without "Bearer TOKEN" */
    int status;           /* answers every upgrade so */
    const char *body;     /* with this; also to a plain GET, with the same status */
    bool ask_container;   /* 400 unless a container is named, as for a pod of two; a GET of the pod gets body */
    size_t piece;         /* bytes per write to the socket; 0: all */
    size_t fragment;      /* bytes of a message per frame; 0: all */
    bool empty_frames;    /* an empty message on each channel first, and empty fragments */
    bool cut;             /* hangs up instead of telling the status */
    size_t cut_after;     /* hangs up within the first message to stdout, after so many bytes of its frame */
    bool no_close;        /* hangs up after the status, without a close frame */
    bool linger;          /* neither closes nor hangs up after the status */
    bool mute;            /* upgrades, then neither reads nor writes */
    bool deaf;            /* starts the command, then reads nothing, answers no ping */
    bool no_answer;       /* accepts, never answers */
    bool nobody;          /* keeps its port from others, and listens not: connections are refused */
    const char *error;    /* text for the error channel instead of the status */
    const char *stray;    /* a message sent before all else: channel byte and data */
    size_t stray_len;
} wsserver_opts;

wsserver *wsserver_start(const wsserver_opts *opts);
wsserver *wsserver_stop(wsserver *s);

/* A client of it; user and cluster are more members of those maps of the kubeconfig, as JSON, or NULL. */
opsdk_client *wsserver_client(wsserver *s, const char *user, const char *cluster);

int wsserver_port(const wsserver *s);
/* Upgrades that it agreed to, so far. */
int wsserver_count(wsserver *s);
/* Waits until there were n. */
void wsserver_wait(wsserver *s, int n);
/* Of the last request; live until the next one. */
const char *wsserver_target(wsserver *s);
const char *wsserver_header(wsserver *s, const char *name);
const char *wsserver_sni(wsserver *s);

#endif
