/* Judges what the engine tells of a world.
 *
 * Of each change (on the loop's thread): while a watch streams, each version is told, in the order in which they were written, none left out,
 * also across reconnects; versions are skipped only by a list, and then what was told is what that list shows, by hash.  Of each key: versions
 * only rise, an incarnation begins when the one before it was told deleted, and is told deleted once.  Of the handler: never two at a time
 * of one key, versions never fall, the content belongs to the version, and in the end it has seen the last version of all that is there. */
#ifndef HISTORY_CHECK_H
#define HISTORY_CHECK_H

#include "tests/history/server.h"

#include <opsdk/cache.h>
#include <opsdk/handler.h>

typedef struct check {
    server *server;
    enum plant plant;
    world_key *told;        /* of each key; the loop's */
    _Atomic uint64_t hash;  /* of told */
    uint64_t lists;         /* of the server: those that are known here */
    _Atomic uint64_t last;  /* version up to which all is told */
    bool listing;           /* what comes is of a list */
    bool planted;           /* done */
    _Atomic uint64_t *seen; /* of each key: the version of the handler's last run that went well */
    atomic_bool *busy;
    _Atomic uint64_t events, deletions, relists, runs, failures; /* for the report */
    atomic_uint wrong;
    char words[2048];     /* the first findings */
    pthread_mutex_t lock; /* of words */
    _Atomic(opsdk_cache *) cache;
} check;

bool check_init(check *c, server *s);
void check_clear(check *c);
/* For a new engine that knows nothing. */
void check_reset(check *c);

/* An opsdk_map_fn and an opsdk_reconcile_fn whose user is the check. */
void check_told(const opsdk_object *obj, bool deleted, opsdk_cache *cache, opsdk_queue *queue, void *user);
int check_reconcile(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err);

/* Reads the cache as a handler would, and judges what is there.  Any thread, while the engine runs. */
void check_read(check *c);

/* Has everything that the server sent until it fell quiet been told and handled? */
bool check_complete(check *c);
/* Says of what is missing.  The cache must be what the server holds. */
void check_missing(check *c);
void check_cache(check *c);

#endif
