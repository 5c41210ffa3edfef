#include "core/map.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 3000

typedef struct thing {
    char ns[8], name[16];
} thing;

static thing things[N];

static opsdk_key key_of(const void *item)
{
    const thing *t = item;

    return OPSDK_KEY(&OPSDK_POD, *t->ns ? t->ns : NULL, t->name);
}

static void fill(map *m)
{
    void *old;

    map_init(m, key_of, 42);
    for (int i = 0; i < N; i++) {
        snprintf(things[i].ns, sizeof(things[i].ns), "%s", i % 3 == 0 ? "" : i % 3 == 1 ? "a" : "ab");
        snprintf(things[i].name, sizeof(things[i].name), "n%d", i / 3);
        ck_assert_int_eq(map_put(m, things + i, (uint32_t)i, &old), 0);
        ck_assert_ptr_null(old);
    }
}

START_TEST(finds_what_was_put)
{
    map m;

    fill(&m);
    ck_assert_uint_eq(m.len, N);
    for (int i = 0; i < N; i++) {
        map_slot *slot = map_find(&m, key_of(things + i));
        ck_assert_ptr_eq(slot->item, things + i);
        ck_assert_uint_eq(slot->mark, (uint32_t)i);
    }
    ck_assert_ptr_null(map_find(&m, OPSDK_KEY(NULL, "b", "n0")));
    map_clear(&m);
    ck_assert_ptr_null(map_find(&m, key_of(things)));
}
END_TEST

START_TEST(replaces)
{
    thing other = {"a", "n7"};
    void *old;
    map m;

    fill(&m);
    ck_assert_int_eq(map_put(&m, &other, 1, &old), 0);
    ck_assert_ptr_eq(old, things + 22);
    ck_assert_uint_eq(m.len, N);
    ck_assert_ptr_eq(map_find(&m, key_of(things + 22))->item, &other);
    map_clear(&m);
}
END_TEST

START_TEST(removes_and_keeps_the_rest)
{
    map m;

    fill(&m);
    for (int i = 0; i < N; i += 2)
        ck_assert_ptr_eq(map_remove(&m, key_of(things + i)), things + i);
    ck_assert_ptr_null(map_remove(&m, key_of(things)));
    ck_assert_uint_eq(m.len, N / 2);
    for (int i = 0; i < N; i++)
        ck_assert_int_eq(map_find(&m, key_of(things + i)) != NULL, i % 2);
    map_clear(&m);
}
END_TEST

/* Removing while walking misses none, whatever moves into the gaps. */
START_TEST(walks_while_removing)
{
    size_t at = 0, left = 0;
    map_slot *slot;
    map m;

    fill(&m);
    for (slot = map_next(&m, &at); slot; slot = map_next(&m, &at)) {
        if (slot->mark % 5 == 0)
            continue;
        map_remove(&m, key_of(slot->item));
        at--;
    }
    for (at = 0, slot = map_next(&m, &at); slot; slot = map_next(&m, &at)) {
        ck_assert_uint_eq(slot->mark % 5, 0);
        left++;
    }
    ck_assert_uint_eq(left, N / 5);
    map_clear(&m);
}
END_TEST

START_TEST(claims_fills_and_drops)
{
    map m;
    map_slot *slot;
    uint32_t hashes[N];

    fill(&m);
    slot = map_claim(&m, key_of(things + 5));
    ck_assert_ptr_eq(slot->item, things + 5);
    for (int i = 0; i < N; i++)
        hashes[i] = map_find(&m, key_of(things + i))->hash;
    for (int i = 0; i < N; i += 2)
        map_drop(&m, things + i, hashes[i]);
    ck_assert_uint_eq(m.len, N / 2);
    for (int i = 0; i < N; i++)
        ck_assert(!map_find(&m, key_of(things + i)) == (i % 2 == 0));
    for (int i = 0; i < N; i += 2) {
        slot = map_claim(&m, key_of(things + i));
        ck_assert_ptr_null(slot->item);
        ck_assert_uint_eq(slot->hash, hashes[i]);
        map_fill(&m, slot, things + i);
    }
    for (int i = 0; i < N; i++)
        ck_assert_ptr_eq(map_find(&m, key_of(things + i))->item, things + i);
    map_clear(&m);
}
END_TEST

START_TEST(gives_back_room)
{
    map m;
    size_t cap;

    fill(&m);
    cap = m.cap;
    map_shrink(&m);
    ck_assert_uint_eq(m.cap, cap);
    for (int i = 20; i < N; i++)
        map_remove(&m, key_of(things + i));
    map_shrink(&m);
    ck_assert_uint_lt(m.cap, 200);
    for (int i = 0; i < 20; i++)
        ck_assert_ptr_eq(map_find(&m, key_of(things + i))->item, things + i);
    map_clear(&m);
    map_shrink(&m);
}
END_TEST

/* Names that differ in one byte at any place, and parts that could be cut elsewhere, have hashes of their own. */
START_TEST(hashes_every_byte)
{
    map m;
    thing t = {"", "aaaaaaaaaaaaaaa"};
    uint32_t seen[64];
    int n = 0;

    map_init(&m, key_of, 7);
    for (int len = 1; len < 16; len++) {
        for (int at = 0; at < len; at += 5) {
            void *old;
            memset(t.name, 'a', sizeof(t.name));
            t.name[len] = 0;
            t.name[at] = 'b';
            ck_assert_int_eq(map_put(&m, &t, 0, &old), 0);
            seen[n] = map_find(&m, key_of(&t))->hash;
            for (int i = 0; i < n; i++)
                ck_assert_uint_ne(seen[i], seen[n]);
            n++;
            map_remove(&m, key_of(&t));
        }
    }
    map_clear(&m);
}
END_TEST

TESTS("map", claims_fills_and_drops, gives_back_room, hashes_every_byte, finds_what_was_put, replaces,
      removes_and_keeps_the_rest, walks_while_removing)
