/* Memory for many small blocks that live long, are never changed and come and go: each behind the one before, without a gap, in chunks.
 *
 * With malloc, what is left after most objects are gone holds on to pages that are nearly empty.  Here the owner moves what is left of such chunks
 * together, so that memory falls with what is in it.  The owner is one thread; any thread gives back. */
#ifndef CORE_REGION_H
#define CORE_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REGION_CHUNK = (64 << 10) - 32, /* bytes; with what malloc needs beside, whole pages */
    REGION_MOST = 8 << 10           /* bytes of one block */
};

typedef struct region region;

region *region_new(void); /* NULL when out of memory */
/* Blocks that are still in use stay what they are until they are given back.  NULL is fine; returns NULL. */
region *region_free(region *r);

/* At most REGION_MOST, aligned for pointers; NULL when out of memory.  at: what finds its chunk again; who took the block keeps it. */
void *region_take(region *r, size_t n, uint16_t *ret_at);
/* The block's bytes stay as they are until its chunk is freed: the owner may still meet it in region_tidy. */
void region_give(void *block, size_t n, uint16_t at);

size_t region_size(const region *r); /* bytes of its chunks that were touched */

/* Of the blocks of a chunk one after the other: those given back already, too. */
typedef struct region_mover {
    size_t (*size)(const void *block);
    void (*move)(void *block, void *user); /* takes another one in its place and gives it back; or leaves it */
    void *user;
} region_mover;
/* Frees chunks that are empty and, when more than a part (such as 8: an eighth) of what is in use is not, has blocks moved out of those of which
 * least is: about most bytes. */
void region_tidy(region *r, size_t part, size_t most, const region_mover *mover);

#endif
