/* The other end of a client's connections, played by the test itself, step by step: no thread, nothing by chance.
 *
 *     conn = peer_wait(p, target);  ...compare target...  peer_reply(p, conn, 200, "{...}");
 * Every wait ends the test when nothing comes. */
#ifndef SUPPORT_PEER_H
#define SUPPORT_PEER_H

#include <opsdk/client.h>

#define PEER_TARGET 1024

typedef struct peer peer;

peer *peer_new(void);
peer *peer_free(peer *p);
/* The path of a kubeconfig file that leads here. */
const char *peer_kubeconfig(const peer *p);
/* A client of this peer, the caller's. */
opsdk_client *peer_client(const peer *p);

/* Waits for the next request on any connection and copies its path and query.  Returns the connection. */
int peer_wait(peer *p, char target[PEER_TARGET]);
/* The same; the target must start with this. */
int peer_expect(peer *p, const char *target);

/* A whole reply. */
void peer_reply(int conn, int status, const char *body);
/* One in parts: head, any number of parts, end.  piece: bytes per chunk (0: the whole part). */
void peer_head(int conn, int status);
void peer_part(int conn, const char *text, size_t piece);
void peer_end(int conn);
/* Breaks the connection. */
void peer_cut(peer *p, int conn);
/* Waits until the client has closed the connection. */
void peer_wait_closed(peer *p, int conn);

#endif
