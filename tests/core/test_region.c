#include "core/region.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 2000 };

typedef struct block {
    uint32_t len;
    uint16_t at, id;
    char text[];
} block;

typedef struct fixture {
    region *region;
    block *all[BLOCKS]; /* NULL: given back */
    int moved;
} fixture;

static size_t size_of(const void *b)
{
    return ((const block *)b)->len;
}

/* Between 10 and some hundred bytes, filled with what its id says. */
static block *take(region *r, unsigned id)
{
    uint32_t len = (uint32_t)sizeof(block) + 10 + id * 7919u % 700;
    uint16_t at;
    block *b = region_take(r, len, &at);

    if (!b)
        return NULL;
    *b = (block){.len = len, .at = at, .id = (uint16_t)id};
    memset(b->text, 'a' + (int)(id % 26), len - sizeof(block));
    return b;
}

static void give(fixture *f, unsigned id)
{
    block *b = f->all[id];

    f->all[id] = NULL;
    region_give(b, b->len, b->at);
}

static void check(const block *b, unsigned id)
{
    ck_assert_uint_eq(b->id, id);
    for (size_t i = 0; i < b->len - sizeof(block); i++)
        ck_assert_int_eq(b->text[i], 'a' + (int)(id % 26));
}

static void move(void *old, void *user)
{
    fixture *f = user;
    block *b = old;
    unsigned id = b->id;

    if (f->all[id] != b)
        return;
    f->all[id] = take(f->region, id);
    region_give(b, b->len, b->at);
    f->moved++;
}

static fixture *begin(void)
{
    fixture *f = calloc(1, sizeof(*f));

    f->region = region_new();
    for (unsigned i = 0; i < BLOCKS; i++) {
        f->all[i] = take(f->region, i);
        ck_assert_uint_eq((uintptr_t)f->all[i] % sizeof(void *), 0);
    }
    return f;
}

static void end(fixture *f)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        if (f->all[i])
            give(f, i);
    }
    region_free(f->region);
    free(f);
}

static size_t in_use(const fixture *f)
{
    size_t sum = 0;

    for (unsigned i = 0; i < BLOCKS; i++)
        sum += f->all[i] ? f->all[i]->len : 0;
    return sum;
}

START_TEST(takes_little_more_than_blocks)
{
    fixture *f = begin();

    ck_assert_uint_lt(region_size(f->region), in_use(f) + in_use(f) / 50);
    for (unsigned i = 0; i < BLOCKS; i++)
        check(f->all[i], i);
    end(f);
}
END_TEST

/* Whatever is given back, what is left is moved until there are few gaps, and stays what it is. */
START_TEST(falls_with_what_is_in_it)
{
    for (unsigned part = 1; part <= 10; part++) {
        fixture *f = begin();
        const region_mover mover = {size_of, move, f};
        for (unsigned i = 0; i < BLOCKS; i++) {
            if (i * 2654435761u % 10 < part)
                give(f, i);
        }
        region_tidy(f->region, 16, SIZE_MAX, &mover);
        ck_assert_uint_le(region_size(f->region), in_use(f) + in_use(f) / 8 + 3 * REGION_CHUNK);
        for (unsigned i = 0; i < BLOCKS; i++) {
            if (f->all[i])
                check(f->all[i], i);
        }
        end(f);
    }
}
END_TEST

START_TEST(moves_no_more_than_asked)
{
    fixture *f = begin();
    const region_mover mover = {size_of, move, f};
    size_t before = region_size(f->region);

    region_tidy(f->region, 16, SIZE_MAX, &mover); /* there are no gaps */
    ck_assert_int_eq(f->moved, 0);
    for (unsigned i = 0; i < BLOCKS; i += 2)
        give(f, i);
    region_tidy(f->region, 16, 10000, &mover);
    ck_assert_int_gt(f->moved, 10);
    ck_assert_int_lt(f->moved, BLOCKS / 4);
    ck_assert_uint_lt(region_size(f->region), before);
    end(f);
}
END_TEST

static void *give_all(void *arg)
{
    fixture *f = arg;

    for (unsigned i = 0; i < BLOCKS; i++)
        give(f, i);
    return NULL;
}

/* Who still has blocks gives them back after the owner is gone, on another thread. */
START_TEST(outlives_its_owner)
{
    fixture *f = begin();
    pthread_t thread;

    f->region = region_free(f->region);
    check(f->all[7], 7);
    ck_assert_int_eq(pthread_create(&thread, NULL, give_all, f), 0);
    pthread_join(thread, NULL);
    free(f);
}
END_TEST

START_TEST(without_memory)
{
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        static fixture f;
        memset(&f, 0, sizeof(f));
        fault_set(++k);
        f.region = region_new();
        for (unsigned i = 0; f.region && i < BLOCKS; i++)
            f.all[i] = take(f.region, i);
        hit = fault_clear();
        for (unsigned i = 0; i < BLOCKS; i++) {
            ck_assert(hit || f.all[i]);
            if (f.all[i])
                give(&f, i);
        }
        region_free(f.region);
    } while (hit);
    ck_assert_uint_gt(k, 10);
}
END_TEST

TESTS("region", takes_little_more_than_blocks, falls_with_what_is_in_it, moves_no_more_than_asked, outlives_its_owner,
      without_memory)
