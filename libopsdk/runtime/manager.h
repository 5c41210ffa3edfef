/* The inside of opsdk_manager, for the files of this layer. */
#ifndef RUNTIME_MANAGER_H
#define RUNTIME_MANAGER_H

#include "runtime/cache.h"
#include "runtime/httpd.h"
#include "runtime/interest.h"
#include "runtime/loop.h"
#include "runtime/own.h"
#include "runtime/watch.h"
#include "runtime/worker.h"

#include <opsdk/manager.h>

/* A handler's interest in a kind. */
typedef struct subscriber {
    crew *crew;
    const opsdk_source *source; /* NULL: the kind is the primary */
    interest *interest;         /* of the source, kept by what happens to primaries; or NULL */
    struct subscriber *next;
} subscriber;

/* A kind, narrowed by selectors; shared by the handlers that ask for the same. */
typedef struct followed {
    opsdk_manager *manager;
    const opsdk_kind *kind;
    const char *labels, *fields;
    store *store;
    subscriber *subscribers;
    bool wants_old;     /* one of them does */
    bool cut;           /* all of them want less than everything: these fields, up to NULL, and the keys */
    bool undeclared;    /* one of them wants everything and names no fields that would do */
    const char **keeps; /* the array is owned */
    size_t n_keeps;
    struct followed *next;
} followed;

/* A watch of a followed kind in one namespace or in all. */
typedef struct tail {
    followed *what;
    const char *ns;
    watch *watch;
    sight seen; /* of the cache, by its means */
    atomic_bool synced;
    _Atomic uint64_t restarts, notices;
    uint64_t refused;      /* objects, of which the log knows */
    int64_t noticed_at_ms; /* when a notice was last logged */
    int trouble;           /* code of what was last logged; 0: none since it was last open */
    int64_t trouble_at_ms;
    struct tail *next;
} tail;

typedef enum manager_state { MANAGER_STARTING, MANAGER_SYNCED, MANAGER_STOPPING } manager_state;

struct opsdk_manager {
    opsdk_client *client;
    char **namespaces; /* NULL-terminated; a sole NULL: all */
    char *listen;
    int grace_ms;
    bool watch_list;
    size_t cache_memory; /* 0: no limit */
    loop *loop;
    opsdk_cache *cache;
    crew *crews;
    followed *followed;
    tail *tails;
    httpd *httpd;
    loop_timer tick;
    atomic_int state;
    uint64_t seed;            /* of stamps: see own.h */
    int64_t born_ms, told_ms; /* of clock_ms: the program's start; when the wait for the first lists was last logged */
    bool opened;              /* a watch was open once */
    bool stuck;               /* a reconcile did not end: nothing can be freed */
    opsdk_error failure;      /* why the loop was stopped from within */
};

/* follow.c: what a handler needs watched.  OPSDK_EINVAL, OPSDK_ENOMEM. */
int follow_crew(opsdk_manager *m, crew *c, opsdk_error *err);
int follow_start(opsdk_manager *m, opsdk_error *err); /* begins all watches */
bool follow_synced(const opsdk_manager *m);
void follow_refused(opsdk_manager *m); /* now and then: lists again what did not fit, once there is room */
void follow_free(opsdk_manager *m);

/* metrics.c: answers to probes and metrics; an httpd_answer_fn whose user is the manager. */
int metrics_answer(const char *path, buf *ret, const char **ret_type, void *user);

/* For the log line that tells how long the start took; otherwise counted from opsdk_manager_new. */
void manager_born(opsdk_manager *m, int64_t ms);
/* Called by follow.c. */
void manager_synced(opsdk_manager *m);
void manager_opened(opsdk_manager *m);

#endif
