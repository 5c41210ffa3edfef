/* Memory of one run: everything lives until the end, and nobody frees single things.  A command that is out of memory says so and exits. */
#ifndef GENERATE_POOL_H
#define GENERATE_POOL_H

#include <jansson.h>
#include <opsdk/common.h>

typedef struct pool pool;

pool *pool_new(void);
void pool_free(pool **p);
#define auto_pool __attribute__((cleanup(pool_free))) pool

void *pool_alloc(pool *p, size_t size); /* all zero */
char *pool_text(pool *p, const char *text, size_t len);
char *pool_format(pool *p, const char *fmt, ...) OPSDK_PRINTF(2, 3);
/* Takes the reference over; returns a borrowed one. */
json_t *pool_json(pool *p, json_t *value);

/* An array that grows: list[n] is the new item, all zero.  The macro returns it. */
void *pool_grow(pool *p, void *list, size_t n, size_t size);
#define pool_add(p, list, n) ((list) = pool_grow((p), (list), (n), sizeof(*(list))), (n)++, &(list)[(n)-1])

#endif
