#include "core/buf.h"
#include "runtime/fresh.h"
#include "runtime/store.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <stdio.h>

START_TEST(knows_the_last_ones)
{
    opsdk_auto_object *obj = object_named(&OPSDK_POD, "a", "1"), *got = NULL;
    const compact *other = (const compact *)&obj, *c = (const compact *)&got; /* addresses are all that is looked at */
    fresh f = {0};

    ck_assert_ptr_null(fresh_find(&f, c));
    fresh_note(&f, c, obj);
    got = fresh_find(&f, c);
    ck_assert_ptr_eq(got, obj);
    ck_assert_ptr_null(fresh_find(&f, other));
    fresh_note(&f, c, NULL); /* another one has come to where it was */
    ck_assert_ptr_null(fresh_find(&f, c));
    fresh_note(&f, c, obj);
    fresh_clear(&f);
    ck_assert_ptr_null(fresh_find(&f, c));
}
END_TEST

/* However many come, few are held; each place has the one that came last. */
START_TEST(forgets)
{
    opsdk_auto_object *obj = object_named(&OPSDK_POD, "a", "1");
    static char addresses[10000];
    size_t known = 0;
    fresh f = {0};

    for (size_t i = 0; i < sizeof(addresses); i++)
        fresh_note(&f, (const compact *)(addresses + i), obj);
    for (size_t i = 0; i < sizeof(addresses); i++) {
        opsdk_auto_object *got = fresh_find(&f, (const compact *)(addresses + i));
        known += got != NULL;
    }
    ck_assert_uint_gt(known, 0);
    ck_assert_uint_le(known, FRESH_PLACES);
    ck_assert_uint_eq(f.bytes, known * opsdk_object_size(obj));
    fresh_clear(&f);
    ck_assert_uint_eq(f.bytes, 0);
}
END_TEST

START_TEST(large_ones_are_not_held)
{
    opsdk_auto_object *large = NULL;
    const compact *c = (const compact *)&large;
    auto_buf text = BUF_INIT(1 << 20);
    fresh f = {0};

    buf_puts(&text, "{\"a\":\"");
    for (int i = 0; i < FRESH_MOST; i++)
        buf_addc(&text, 'x');
    buf_puts(&text, "\"}");
    ck_assert_int_eq(opsdk_object_parse(&OPSDK_POD, text.data, text.len, &large, NULL), 0);
    fresh_note(&f, c, large);
    ck_assert_ptr_null(fresh_find(&f, c));
}
END_TEST

/* Of a store: what a watch brought, until it is cut down, moved or nothing has changed for a while; not what a list brought. */
START_TEST(of_a_store)
{
    opsdk_auto_object *one = object_named(&OPSDK_POD, "a", "1"), *two = object_named(&OPSDK_POD, "a", "2"), *got = NULL,
                      *none = NULL;
    auto_compact *first = NULL, *old = NULL, *second = NULL, *cut = NULL;
    store_budget b = {0};
    store *s = store_new_within(&b), *alone = store_new();

    store_mark(s, one, 1, true);
    ck_assert_int_eq(store_put(s, one, 1, &old), 0);
    first = store_find(s, OPSDK_KEY(NULL, "ns", "a"));
    ck_assert_ptr_null(store_fresh(s, first));
    store_mark(s, two, 1, false);
    ck_assert_int_eq(store_put(s, two, 1, &old), 0);
    second = store_find(s, OPSDK_KEY(NULL, "ns", "a"));
    got = store_fresh(s, second);
    ck_assert_ptr_eq(got, two);
    ck_assert_ptr_null(store_fresh(s, first));
    store_cut(s, STORE_KEYS, NULL);
    cut = store_find(s, OPSDK_KEY(NULL, "ns", "a"));
    none = store_fresh(s, cut);
    ck_assert_ptr_null(none);
    store_mark(alone, two, 1, false); /* nobody but a watch's callback sees what it has */
    old = compact_unref(old);
    ck_assert_int_eq(store_put(alone, two, 1, &old), 0);
    compact_unref(cut);
    cut = store_find(alone, OPSDK_KEY(NULL, "ns", "a"));
    ck_assert_ptr_null(store_fresh(alone, cut));
    store_free(alone);
    store_tidy(s);
    store_tidy(s); /* lets go of the last */
    ck_assert_ptr_null(store_fresh(s, second));
    store_free(s);
}
END_TEST

TESTS("fresh", knows_the_last_ones, forgets, large_ones_are_not_held, of_a_store)
