#include "pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct block {
    struct block *next;
    json_t *tree; /* dropped at the end */
    max_align_t data[];
} block;

struct pool {
    block *blocks;
};

static void *must(void *memory)
{
    if (memory)
        return memory;
    fputs("opsdk: out of memory\n", stderr);
    exit(EXIT_FAILURE);
}

pool *pool_new(void)
{
    return must(calloc(1, sizeof(pool)));
}

void pool_free(pool **p)
{
    while (*p && (*p)->blocks) {
        block *b = (*p)->blocks;
        (*p)->blocks = b->next;
        json_decref(b->tree);
        free(b);
    }
    free(*p);
    *p = NULL;
}

static block *add(pool *p, size_t size)
{
    block *b = must(calloc(1, sizeof(*b) + size));

    b->next = p->blocks;
    p->blocks = b;
    return b;
}

void *pool_alloc(pool *p, size_t size)
{
    return add(p, size)->data;
}

char *pool_text(pool *p, const char *text, size_t len)
{
    char *copy = pool_alloc(p, len + 1);

    memcpy(copy, text, len);
    return copy;
}

char *pool_format(pool *p, const char *fmt, ...)
{
    char *text = NULL, *copy;
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&text, fmt, ap);
    va_end(ap);
    must(n < 0 ? NULL : text);
    copy = pool_text(p, text, (size_t)n);
    free(text);
    return copy;
}

json_t *pool_json(pool *p, json_t *value)
{
    add(p, 0)->tree = must(value);
    return value;
}

void *pool_grow(pool *p, void *list, size_t n, size_t size)
{
    void *more = list;

    if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
        more = pool_alloc(p, (n == 0 ? 4 : 2 * n) * size);
        if (n > 0)
            memcpy(more, list, n * size);
    }
    return more;
}
