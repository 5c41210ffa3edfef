/* The server's end of one WebSocket connection: bytes, plain or TLS, and frames. */
#ifndef SUPPORT_WSWIRE_H
#define SUPPORT_WSWIRE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct wswire {
    int fd;
    SSL *ssl;     /* NULL: plain */
    size_t piece; /* bytes per write; 0: all */
} wswire;

enum { WSWIRE_MORE = 0, WSWIRE_BINARY = 2, WSWIRE_CLOSE = 8, WSWIRE_PING = 9, WSWIRE_PONG = 10 };

/* All of it, or false. */
bool wswire_read(wswire *w, void *to, size_t len);
bool wswire_write(wswire *w, const void *data, size_t len);
/* What is there already, at least one byte, and stays there; -1 or 0 at the end. */
long wswire_peek(wswire *w, void *to, size_t size);
/* Bytes that poll does not see any more. */
bool wswire_pending(const wswire *w);

bool wswire_send(wswire *w, int opcode, bool final, const void *data, size_t len);
/* One frame, unmasked; at most size bytes.  The length or -1. */
long wswire_receive(wswire *w, int *ret_opcode, char *to, size_t size);

#endif
