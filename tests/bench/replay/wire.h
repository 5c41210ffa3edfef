/* How a list and the events of a watch are put: as JSON, or as Kubernetes' protobuf with pods that a peer's encoder wrote before. */
#ifndef REPLAY_WIRE_H
#define REPLAY_WIRE_H

#include "tests/bench/replay/history.h"
#include "tests/bench/replay/reply.h"

typedef struct wire {
    const char *list_type, *watch_type; /* the media types */
    /* Objects first to end as they were after so many events; more: what to continue with, "" for the last page. */
    void (*list)(reply *out, const history *h, uint64_t events, size_t first, size_t end, const char *more);
    /* Object i after so many events; sent_ns 0: not told. */
    void (*event)(reply *out, const history *h, const char *type, size_t i, uint64_t events, int64_t sent_ns);
    void (*bookmark)(reply *out, const history *h, uint64_t events, bool initial);
} wire;

extern const wire wire_json, wire_proto;

#endif
