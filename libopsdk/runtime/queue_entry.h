/* The keys that a queue knows, each with what is known of it.  Memory of those that were forgotten serves the next ones, so that a queue whose
 * crowd comes and goes allocates nothing.  Not thread-safe: the queue's lock is held. */
#ifndef RUNTIME_QUEUE_ENTRY_H
#define RUNTIME_QUEUE_ENTRY_H

#include "core/map.h"
#include "core/wheel.h"

enum queue_place { PLACE_NONE, PLACE_LOW, PLACE_NORMAL, PLACE_WHEEL };
enum queue_wish { WISH_NONE, WISH_LOW, WISH_NORMAL }; /* to be run again, how soon */

typedef struct queue_entry {
    wheel_node at;                 /* in a line or in the wheel; in a line due_ms is since when */
    struct queue_causes *again_if; /* while it runs: changes that may turn out to be its own writes */
    struct queue_own *own;         /* writes of its last run, until the cache has them */
    uint32_t hash;                 /* in the map */
    uint32_t failures;             /* in a row */
    uint8_t place, again;          /* where it is; asked for while it could not be run */
    bool running, low;
    bool overdue;    /* the cache did not come to show its own writes */
    uint8_t class;   /* of size */
    uint16_t ns_len; /* with the NUL; 0: none */
    char text[];     /* namespace and name, NUL-terminated each */
} queue_entry;

#define ENTRY_CLASSES 12 /* of 32 bytes each: a namespace and a name of Kubernetes */

typedef struct entry_pool {
    struct {
        queue_entry *spare;
        size_t len, least; /* how many; fewest since the last trim */
    } classes[ENTRY_CLASSES];
} entry_pool;

static inline const char *entry_ns(const queue_entry *e)
{
    return e->ns_len ? e->text : NULL;
}

static inline const char *entry_name(const queue_entry *e)
{
    return e->text + e->ns_len;
}

/* Zeroed but for the key; NULL when out of memory. */
queue_entry *entry_new(entry_pool *p, const char *ns, const char *name);
void entry_free(entry_pool *p, queue_entry *e);

/* Takes out spare entries that nobody needed since the last call, except a few; entry_free_all is for them, without the lock. */
queue_entry *entry_trim(entry_pool *p);
void entry_free_all(queue_entry *list);
void entry_pool_clear(entry_pool *p);

#endif
