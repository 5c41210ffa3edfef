#include "apiserver/arena.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK 4000

struct arena_block {
    struct arena_block *next;
    size_t len;
    char data[];
};

void *arena_take(arena *a, size_t len)
{
    size_t want = (len + 15) & ~(size_t)15, room = want > BLOCK ? want : BLOCK;
    struct arena_block *b;

    if (want > a->left) {
        b = malloc(sizeof(*b) + room);
        if (!b)
            return NULL;
        *b = (struct arena_block){.next = a->blocks, .len = room};
        a->blocks = b;
        a->left = room;
    }
    a->left -= want;
    return a->blocks->data + a->left;
}

char *arena_strndup(arena *a, const char *text, size_t len)
{
    char *copy = arena_take(a, len + 1);

    if (copy) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

void arena_reset(arena *a)
{
    struct arena_block *first = a->blocks;

    if (!first || first->len != BLOCK) {
        arena_clear(a);
        return;
    }
    a->blocks = first->next;
    arena_clear(a);
    first->next = NULL;
    *a = (arena){.blocks = first, .left = BLOCK};
}

void arena_clear(arena *a)
{
    for (struct arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    *a = (arena){0};
}
