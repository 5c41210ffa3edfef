/* Memory that is given back all at once: the strings of one request. */
#ifndef APISERVER_ARENA_H
#define APISERVER_ARENA_H

#include <opsdk/common.h>

typedef struct arena {
    struct arena_block *blocks;
    size_t left;
} arena;

void *arena_take(arena *a, size_t len); /* aligned, not zeroed; NULL: no memory */
char *arena_strndup(arena *a, const char *text, size_t len);
void arena_clear(arena *a);
void arena_reset(arena *a); /* gives back all but a first block, for what comes next */

#endif
