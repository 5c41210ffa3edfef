/* The objects of one kind and selection, as last seen, packed small.  Written by the loop thread, read by any. */
#ifndef RUNTIME_STORE_H
#define RUNTIME_STORE_H

#include "core/compact.h"

#include <stdatomic.h>

typedef struct store store;

/* What several stores of one loop thread may take together.  Borrowed by them, so it outlives them. */
typedef struct store_budget {
    size_t limit;       /* bytes; 0: none */
    atomic_size_t used; /* by all of them */
    bool full;          /* nothing could be done, and no more than a sixteenth has become free since */
    /* Not enough is left: makes some of them hold less.  False: nothing can be done. */
    bool (*make_room)(struct store_budget *b);
} store_budget;

/* Both NULL when out of memory. */
store *store_new(void);
store *store_new_within(store_budget *b);
store *store_free(store *s);

/* What it holds of objects that are put into it. */
typedef enum store_mode { STORE_GIVEN, STORE_FIELDS, STORE_KEYS } store_mode;

store_mode store_mode_of(const store *s); /* any thread */
/* Cuts down what it holds, and what comes, to keys and, with STORE_FIELDS, to fields (pointers up to NULL, borrowed).  What there is not even
 * memory to cut down for stays as it is.  The writer's thread. */
void store_cut(store *s, store_mode mode, const char *const *fields);

/* Of what it takes now.  Any thread. */
typedef struct store_stats {
    size_t bytes;        /* in all */
    size_t dictionaries; /* of these, what packing and opening takes, whatever the number of objects */
    size_t indexes;      /* likewise, what finding objects by a value takes */
    uint64_t refused;    /* objects that did not fit, counted each time that they came */
    bool missing;        /* some of these may not be here */
} store_stats;
store_stats store_read(const store *s);
/* Now and then: closes gaps between objects, so that memory falls with what is in it, unless something has been changed since the last time.
 * False: that is so.  The writer's thread. */
bool store_tidy(store *s);
void store_forget_missing(store *s); /* they are about to be listed again */

/* Objects can be found by what they have at the pointer, which is borrowed.  Before there are any; again: does nothing.  OPSDK_ENOMEM. */
int store_index(store *s, const char *pointer);
/* Makes anew what was lost when memory ran out.  The writer's thread. */
void store_reindex(store *s);

/* Is there nothing new in obj: the same version, or, unless listed, an older one of the same object?  Then what is there is marked with the
 * generation of the list that is, or was last, read. */
bool store_mark(store *s, const opsdk_object *obj, uint32_t generation, bool listed);
/* Takes in an obj in which store_mark finds something new, and marks it; *ret_old is what it takes the place of (NULL: nothing; the
 * caller's).  STORE_REFUSED: it is new, and the budget has no room for it.  What is there already is replaced whatever the budget says: an old
 * state would be worse.  OPSDK_ENOMEM: nothing changed. */
enum { STORE_REFUSED = 1 };
int store_put(store *s, const opsdk_object *obj, uint32_t generation, compact **ret_old);
/* Takes out what has the key of last, unless it is newer than last; the caller's, NULL when there was none. */
compact *store_remove(store *s, const opsdk_object *last);
/* Takes out one object of a namespace (NULL: all) that another generation marked.  1: *ret is the caller's; 0: there is none any more;
 * OPSDK_ENOMEM: it could not be opened and stays, the next call looks behind it.  Zero *at to start, put nothing in between. */
int store_sweep(store *s, const char *ns, uint32_t generation, size_t *at, opsdk_object **ret);

/* The caller's; NULL when it is not there. */
compact *store_find(store *s, opsdk_key key);
/* What store_find returned, if it is one of the last that came, as it came: the caller's.  Else NULL, and it is to be opened. */
opsdk_object *store_fresh(const store *s, const compact *c);

/* All objects of a namespace (NULL: all), in no order; each holds a reference.  Opened one by one they need no more memory than one. */
typedef struct compacts {
    size_t len;
    compact **items;
} compacts;
/* Adds them to *ret.  OPSDK_ENOMEM: *ret has none of them. */
int store_collect(store *s, const char *ns, compacts *ret);
/* The same of those that have value at an indexed pointer; some may come twice.  1; 0: there is no such index, or it was lost, and nothing was
 * added. */
int store_collect_by(store *s, const char *ns, const char *pointer, const char *value, compacts *ret);
/* Is there such an index, be it lost? */
bool store_indexes(const store *s, const char *pointer);
void compacts_clear(compacts *list);
#define auto_compacts __attribute__((cleanup(compacts_clear))) compacts

size_t store_count(store *s, const char *ns); /* NULL: all, at no cost */

#endif
