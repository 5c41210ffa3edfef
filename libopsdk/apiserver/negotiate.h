/* What a request and its client agree on before the verb is called: the types of the body and of the answer. */
#ifndef APISERVER_NEGOTIATE_H
#define APISERVER_NEGOTIATE_H

#include "apiserver/call.h"

/* 415 or 406 in the words of the real server's router, which custom resources do not pass; sets c->yaml. */
int negotiate(call *c, failure *why);

/* The answer as YAML, where that was agreed on. */
void negotiate_finish(call *c);

#endif
