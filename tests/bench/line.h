/* One HTTP/1.1 connection to an API server, plain or with TLS.  What goes wrong ends the program with a message. */
#ifndef BENCH_LINE_H
#define BENCH_LINE_H

#include "core/buf.h"

#include <openssl/ssl.h>

void die(const char *fmt, ...) OPSDK_PRINTF(1, 2) __attribute__((noreturn));
double now_ms(void);

/* "http://IP:PORT", or "https://IP:PORT" with the client's certificate and key. */
void target_set(const char *url, const char *cert, const char *key);

typedef struct line {
    int fd;
    SSL *ssl; /* NULL: plain */
    buf in;   /* of one answer */
} line;

bool line_try(line *l); /* false: nobody listens */
void line_dial(line *l);
void line_close(line *l);

/* body: NULL for none. */
void line_ask(line *l, const char *method, const char *path, const char *type, const char *body);
/* Takes what is there; bytes, 0 at the end. */
size_t line_take(line *l, char *data, size_t room);
/* Takes what is there into in.  True: the answer is whole, and stays in in until the next question. */
bool line_answered(line *l);
int line_status(const line *l);
int line_do(line *l, const char *method, const char *path, const char *type,
            const char *body); /* status of the answer */

#endif
