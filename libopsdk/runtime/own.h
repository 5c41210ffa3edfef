/* A handler's own writes: it is not run again before the cache shows them, and not because of them.
 *
 * While a handler runs, own_begin hears what its thread writes.  own_end then waits, in each watch that is going to see a write, for its
 * version to go by: the version that a watch has reached, not that of the object, so that what was deleted again meanwhile is no riddle.
 * The key is held back in the queue until all have.  Each write also leaves a stamp, by which the queue tells the event that it causes
 * from those of others.  Only writes that are surely ours leave one: see client/wrote.h. */
#ifndef RUNTIME_OWN_H
#define RUNTIME_OWN_H

#include "client/wrote.h"
#include "runtime/queue.h"

struct crew;
struct opsdk_manager;

/* What a watch has shown to the cache; a part of it. */
typedef struct sight {
    pthread_mutex_t lock; /* of what follows; a leaf */
    char version[WROTE_VERSION];
    struct own_wait *waits;
} sight;
void sight_init(sight *s);
void sight_clear(sight *s);
/* The watch has come to a version: all before are in the cache, and their changes in the queues. */
void sight_version(sight *s, const char *version);
/* An object is no longer in the cache. */
void sight_gone(sight *s, const char *uid);

/* What tells an event from all others: a version of an object, or that it is gone (""). */
uint64_t own_stamp(const struct opsdk_manager *m, opsdk_key key, const char *uid, const char *version);

typedef struct own_write own_write;
typedef struct own_log {
    wrote_ear ear;
    struct crew *crew;
    own_write *writes; /* newest first */
} own_log;

/* Around a run of the handler, in its thread.  own_end comes before the item is given back. */
void own_begin(own_log *log, struct crew *c);
void own_end(own_log *log, const queue_item *item);

#endif
