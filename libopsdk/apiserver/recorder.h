/* What was asked of the server: the newest requests, for tests to look at. */
#ifndef APISERVER_RECORDER_H
#define APISERVER_RECORDER_H

#include "apiserver/apiserver.h"

typedef struct recorder recorder;
recorder *recorder_new(void); /* NULL: no memory */
recorder *recorder_free(recorder *r);

/* Notes a call that is answered (or whose stream begins).  A note that finds no memory is counted as lost. */
void recorder_add(recorder *r, const call *c, int64_t began_us);

size_t recorder_each(const recorder *r, const opsdk_apiserver_filter *filter, opsdk_apiserver_request_fn *each,
                     void *user);

#endif
