/* Misbehaviour on request: what networks, proxies and servers do to clients, by name (docs/testing.md has the list). */
#ifndef APISERVER_FAULT_H
#define APISERVER_FAULT_H

#include "apiserver/apiserver.h"

typedef struct faults faults;
faults *faults_new(void); /* NULL: no memory */
faults *faults_free(faults *f);

/* "NAME key=value ...".  400 names what cannot be read. */
int fault_inject(apiserver *s, const char *spec, failure *why);
void faults_clear(apiserver *s); /* all that are in force */

/* All fill in c->mangle. */

/* A request before it is handled: -1 with *why when it is to fail. */
int fault_request(call *c, failure *why);
/* An answer that is ready to be sent. */
void fault_answer(call *c);
/* Bytes of a stream from start on, before they are sent. */
void fault_stream(call *c, buf *out, size_t start);
/* Milliseconds by which what a stream has to say is to be held back; 0: not. */
int64_t fault_delay(const call *c);
/* Revisions by which a read is to lag behind; 0: not. */
int64_t fault_stale(const call *c);
/* Does nobody listen at present? */
bool fault_refuses(const apiserver *s);

#endif
