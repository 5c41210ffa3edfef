/* The faults that there are, and how one is written. */
#ifndef APISERVER_FAULT_TABLE_H
#define APISERVER_FAULT_TABLE_H

#include "apiserver/failure.h"

enum fault_type {
    FAULT_DROP,
    FAULT_SILENCE,
    FAULT_COMPACT,
    FAULT_GONE,
    FAULT_BUSY,
    FAULT_ERROR,
    FAULT_SLOW,
    FAULT_CUT,
    FAULT_DUPLICATE,
    FAULT_DELAY,
    FAULT_STALE,
    FAULT_SKEW,
    FAULT_TOKEN,
    FAULT_LEASE,
    FAULT_REWIND,
    FAULT_OVERSIZE,
    FAULT_MALFORMED,
    FAULT_REFUSE
};

typedef struct fault_entry {
    const char *name;
    enum fault_type type;
    const char *help;
    const char *dflt; /* "n=1 ms=100": what holds unless something else is said */
} fault_entry;

extern const fault_entry FAULTS[]; /* up to the first without name */

enum fault_at { FAULT_AT_STRING, FAULT_AT_LINE };

typedef struct fault fault;
struct fault {
    fault *next;
    const fault_entry *entry;
    char *spec; /* owned; the strings below are in it */
    const char *verb, *resource, *ns, *name, *agent, *user;
    int64_t n;     /* times still; -1: until it is healed */
    int64_t after; /* calls to let pass first */
    int64_t ms, code, bytes, by, retry_after;
    enum fault_at at;
};

int fault_parse(const char *spec, fault **ret, failure *why);

#endif
