#include "core/limits.h"
#include "core/tar.h"
#include "core/tar_format.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a reader says, as text. */
static int on_entry(const tar_entry *e, void *user, opsdk_error *err)
{
    (void)err;
    buf_printf(user, "%c %.60s", e->type, e->name);
    if (strlen(e->name) > 60)
        buf_printf(user, "..%zu", strlen(e->name));
    if (*e->link)
        buf_printf(user, " -> %.60s", e->link);
    buf_printf(user, " %o %llu\n", e->mode, (unsigned long long)e->size);
    return 0;
}

static int on_data(const char *data, size_t len, void *user, opsdk_error *err)
{
    (void)err;
    buf_add(user, data, len);
    return 0;
}

static int on_end(void *user, opsdk_error *err)
{
    (void)err;
    buf_puts(user, "|\n");
    return 0;
}

static int read_in_steps(const buf *archive, size_t step, buf *said, opsdk_error *err)
{
    const tar_sink sink = {on_entry, on_data, on_end, said};
    tar_reader r;
    int code = 0;

    tar_reader_init(&r, &sink);
    for (size_t at = 0; at < archive->len && code == 0; at += step)
        code = tar_feed(&r, archive->data + at, archive->len - at < step ? archive->len - at : step, err);
    if (code == 0)
        code = tar_end(&r, err);
    tar_reader_clear(&r);
    return code;
}

/* The outcome and what was said are the same for pieces of every size. */
static int reads(const buf *archive, const char *expected)
{
    static const size_t steps[] = {1, 7, 511, 512, 513, 1 << 20};
    int code = 0;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        auto_buf said = BUF_INIT(1 << 20);
        int now = read_in_steps(archive, steps[i], &said, NULL);

        ck_assert(i == 0 || now == code);
        code = now;
        if (expected)
            ck_assert_str_eq(said.data ? said.data : "", expected);
    }
    return code;
}

static void put(buf *b, char type, const char *name, const char *link, unsigned mode, const char *data)
{
    tar_put_header(
        b, &(tar_entry){.type = (enum tar_type)type, .name = name, .link = link, .size = strlen(data), .mode = mode});
    buf_puts(b, data);
    tar_put_padding(b, strlen(data));
}

START_TEST(writes_what_it_reads)
{
    auto_buf b = BUF_INIT(1 << 20);
    char name[301] = "", link[201] = "";
    char expected[600];

    memset(name, 'n', 300);
    memset(link, 'l', 200);
    put(&b, TAR_DIR, "a", "", 0755, "");
    put(&b, TAR_FILE, "a/empty", NULL, 0600, "");
    put(&b, TAR_FILE, "a/b", "", 04755, "hello");
    put(&b, TAR_SYMLINK, "a/l", link, 0777, "");
    put(&b, TAR_FILE, name, "", 0644, "x");
    tar_put_end(&b);
    ck_assert_uint_eq(b.len % TAR_BLOCK, 0);
    snprintf(expected, sizeof(expected),
             "5 a 755 0\n0 a/empty 600 0\n|\n0 a/b 4755 5\nhello|\n2 a/l -> %.60s 777 0\n0 %.60s..300 644 1\nx|\n",
             link, name);
    ck_assert_int_eq(reads(&b, expected), 0);
}
END_TEST

/* Names of exactly the header's room need no second entry. */
START_TEST(names_at_the_edge)
{
    for (size_t len = 99; len <= 102; len++) {
        auto_buf b = BUF_INIT(1 << 20);
        char name[128] = "", expected[200];

        memset(name, 'n', len);
        put(&b, TAR_FILE, name, "", 0644, "");
        ck_assert_uint_eq(b.len, len <= 100 ? TAR_BLOCK : 3 * TAR_BLOCK);
        tar_put_end(&b);
        snprintf(expected, sizeof(expected), "0 %.60s..%zu 644 0\n|\n", name, len);
        ck_assert_int_eq(reads(&b, expected), 0);
    }
}
END_TEST

START_TEST(sizes_beyond_octal)
{
    const tar_sink sink = {on_entry, on_data, on_end, NULL};
    auto_buf b = BUF_INIT(4096), said = BUF_INIT(4096);
    tar_reader r;

    tar_put_header(&b, &(tar_entry){.type = TAR_FILE, .name = "big", .size = 10ull << 30, .mode = 0600});
    tar_reader_init(&r, &sink);
    r.sink.user = &said;
    ck_assert_int_eq(tar_feed(&r, b.data, b.len, NULL), 0);
    ck_assert_str_eq(said.data, "0 big 600 10737418240\n");
    tar_reader_clear(&r);
}
END_TEST

/* ---- archives of others ---- */

static void seal(tar_header *h)
{
    char sum[8];

    snprintf(sum, sizeof(sum), "%06o", tar_checksum(h));
    memcpy(h->checksum, sum, 7);
    h->checksum[7] = ' ';
}

static tar_header header(char type, const char *name, const char *size)
{
    tar_header h = {.type = type, .mode = "0000644", .uid = "0000000", .gid = "0000000", .mtime = "00000000000"};

    memcpy(h.magic, "ustar\00000", 8);
    memcpy(h.name, name, strlen(name));
    memcpy(h.size, size, strlen(size));
    seal(&h);
    return h;
}

static void put_raw(buf *b, char type, const char *name, const char *data, size_t len)
{
    char size[12];
    tar_header h;

    snprintf(size, sizeof(size), "%011zo", len);
    h = header(type, name, size);
    buf_add(b, &h, sizeof(h));
    buf_add(b, data, len);
    tar_put_padding(b, len);
}

#define RAW(b, type, name, data) put_raw(b, type, name, data, sizeof(data) - 1)

START_TEST(ustar_prefix_and_old_folders)
{
    auto_buf b = BUF_INIT(1 << 16);
    tar_header h = header('0', "file", "00000000000");

    memcpy(h.prefix, "some/prefix", 11);
    seal(&h);
    buf_add(&b, &h, sizeof(h));
    h = header('\0', "old/", "00000000000");
    buf_add(&b, &h, sizeof(h));
    tar_put_end(&b);
    ck_assert_int_eq(reads(&b, "0 some/prefix/file 644 0\n|\n5 old/ 644 0\n"), 0);
}
END_TEST

START_TEST(pax_headers)
{
    auto_buf b = BUF_INIT(1 << 16);

    RAW(&b, 'g', "pax_global", "18 comment=whatso\n");
    RAW(&b, 'x', "PaxHeaders/x", "19 path=other/name\n11 size=4\n20 atime=12.34567890\n");
    RAW(&b, '0', "short", "data");
    RAW(&b, 'x', "PaxHeaders/x", "22 linkpath=../target\n");
    RAW(&b, '2', "link", "");
    RAW(&b, '0', "plain", "");
    tar_put_end(&b);
    ck_assert_int_eq(reads(&b, NULL), OPSDK_EPROTO); /* "20 atime" is off by one */
    buf_reset(&b);
    RAW(&b, 'g', "pax_global", "18 comment=whatso\n");
    RAW(&b, 'x', "PaxHeaders/x", "19 path=other/name\n10 size=4\n18 atime=12.34567\n");
    RAW(&b, '0', "short", "data");
    RAW(&b, 'x', "PaxHeaders/x", "22 linkpath=../target\n");
    RAW(&b, '2', "link", "");
    RAW(&b, '0', "plain", "");
    tar_put_end(&b);
    ck_assert_int_eq(reads(&b, "0 other/name 644 4\ndata|\n2 link -> ../target 644 0\n0 plain 644 0\n|\n"), 0);
}
END_TEST

static int one(char type, const char *name, const char *data, size_t len)
{
    auto_buf b = BUF_INIT(1 << 20);

    put_raw(&b, type, name, data, len);
    RAW(&b, '0', "behind", "");
    tar_put_end(&b);
    return reads(&b, NULL);
}
#define ONE(type, name, data) one(type, name, data, sizeof(data) - 1)

START_TEST(records_that_are_refused)
{
    char *large = calloc(1, LIMIT_TAR_RECORD + 1);

    memset(large, 'n', LIMIT_TAR_RECORD + 1);
    ck_assert_int_eq(ONE('x', "p", "9 path=ab\n"), OPSDK_EPROTO);   /* longer than it says */
    ck_assert_int_eq(ONE('x', "p", "99 path=a\n"), OPSDK_EPROTO);   /* shorter */
    ck_assert_int_eq(ONE('x', "p", "path=a\n"), OPSDK_EPROTO);      /* no length */
    ck_assert_int_eq(ONE('x', "p", "-1 path=a\n"), OPSDK_EPROTO);   /* no number */
    ck_assert_int_eq(ONE('x', "p", "0 path=a\n"), OPSDK_EPROTO);    /* would stand still */
    ck_assert_int_eq(ONE('x', "p", "3 \n"), OPSDK_EPROTO);          /* no key */
    ck_assert_int_eq(ONE('x', "p", "8 nokey\n"), OPSDK_EPROTO);     /* no value */
    ck_assert_int_eq(ONE('x', "p", "11 path=a\0\n"), OPSDK_EPROTO); /* NUL in a name */
    ck_assert_int_eq(ONE('x', "p", "99999999999999999999 path=a\n"), OPSDK_EPROTO);
    ck_assert_int_eq(ONE('x', "p", "10 size=x\n"), OPSDK_EPROTO);
    ck_assert_int_eq(ONE('x', "p", "11 size=-1\n"), OPSDK_EPROTO);
    ck_assert_int_eq(ONE('x', "p", "22 GNU.sparse.major=1\n"), OPSDK_EPROTO);
    ck_assert_int_eq(ONE('g', "p", "10 path=a\n"), OPSDK_EPROTO); /* one name for all */
    ck_assert_int_eq(ONE('g', "p", "10 size=1\n"), OPSDK_EPROTO);
    ck_assert_int_eq(ONE('L', "p", ""), OPSDK_EPROTO);
    ck_assert_int_eq(ONE('L', "p", "a\0b"), OPSDK_EPROTO);
    ck_assert_int_eq(one('L', "p", large, LIMIT_TAR_NAME + 1), OPSDK_EPROTO);
    ck_assert_int_eq(one('L', "p", large, LIMIT_TAR_NAME), 0);
    ck_assert_int_eq(one('x', "p", large, LIMIT_TAR_RECORD + 1), OPSDK_EPROTO);
    free(large);
}
END_TEST

START_TEST(kinds_that_are_refused)
{
    for (int type = 1; type < 256; type++) {
        bool known = (type >= '0' && type <= '7') || strchr("xgLK", type);
        if (!known)
            ck_assert_msg(ONE((char)type, "name", "") == OPSDK_EPROTO, "%c", type);
    }
    ck_assert_int_eq(ONE('0', "name", "data"), 0);
    ck_assert_int_eq(ONE('7', "name", "data"), 0);
    ck_assert_int_eq(ONE('5', "name", "data"), OPSDK_EPROTO); /* only files have data */
    ck_assert_int_eq(ONE('1', "name", "data"), OPSDK_EPROTO);
    ck_assert_int_eq(ONE('2', "name", "data"), OPSDK_EPROTO);
    ck_assert_int_eq(ONE('0', "name/", "data"), OPSDK_EPROTO); /* a folder, old style */
    ck_assert_int_eq(ONE('0', "", ""), OPSDK_EPROTO);
}
END_TEST

START_TEST(damaged_archives)
{
    auto_buf b = BUF_INIT(1 << 16);

    put(&b, TAR_FILE, "file", "", 0644, "some data");
    tar_put_end(&b);
    for (size_t len = 0; len < 1536; len += 37) { /* cut anywhere before the end's first block is whole */
        buf part = {.data = b.data, .len = len, .cap = b.cap, .max = b.max};
        ck_assert_int_eq(reads(&part, NULL), OPSDK_EPROTO);
    }
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        if (i == offsetof(tar_header, checksum) + 7) /* behind the number */
            continue;
        b.data[i] ^= 1;
        ck_assert_int_eq(reads(&b, NULL), OPSDK_EPROTO);
        b.data[i] ^= 1;
    }
    ck_assert_int_eq(reads(&b, NULL), 0);
    buf_add(&b, "what follows the end does not count", 35);
    ck_assert_int_eq(reads(&b, "0 file 644 9\nsome data|\n"), 0);
}
END_TEST

START_TEST(numbers_that_are_none)
{
    static const char *const bad[] = {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                                      "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "000000000x0", "-0000000001",
                                      "9"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        auto_buf b = BUF_INIT(4096);
        tar_header h = header('0', "n", bad[i]);

        buf_add(&b, &h, sizeof(h));
        ck_assert_int_eq(reads(&b, ""), OPSDK_EPROTO);
    }
}
END_TEST

START_TEST(caps)
{
    auto_buf b = BUF_INIT(1 << 16), said = BUF_INIT(1 << 16);
    const tar_sink sink = {on_entry, on_data, on_end, &said};
    tar_reader r;

    put(&b, TAR_FILE, "one", "", 0644, "1234");
    put(&b, TAR_FILE, "two", "", 0644, "5678");
    for (int i = 0; i < 4; i++) {
        tar_reader_init(&r, &sink);
        r.max_bytes = i == 0 ? 7 : 8;
        r.max_entries = i == 1 ? 1 : 2;
        ck_assert_int_eq(tar_feed(&r, b.data, b.len, NULL), i < 2 ? OPSDK_EPROTO : 0);
        tar_reader_clear(&r);
    }
    buf_reset(&b);
    tar_put_header(&b, &(tar_entry){.type = TAR_FILE, .name = "huge", .size = UINT64_MAX >> 8, .mode = 0600});
    tar_reader_init(&r, &sink);
    ck_assert_int_eq(tar_feed(&r, b.data, b.len, NULL), OPSDK_EPROTO);
    tar_reader_clear(&r);
}
END_TEST

START_TEST(paths)
{
    static const char *const good[][2] = {{"a", "a"},     {".", ""},      {"./", ""},         {"./a//b/./c/", "a/b/c"},
                                          {"...", "..."}, {"..a", "..a"}, {"a../b", "a../b"}, {"-x", "-x"}};
    static const char *const bad[] = {"/",      "/etc/passwd", "..",           "../x", "a/..",
                                      "a/../b", "./..",        "a/b/../../..", "//x"};
    auto_buf b = BUF_INIT(LIMIT_TAR_NAME);
    char name[300];

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ck_assert_int_eq(tar_path(good[i][0], &b, NULL), 0);
        ck_assert_str_eq(b.data, good[i][1]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(tar_path(bad[i], &b, NULL) == OPSDK_EPROTO, "%s", bad[i]);
    memset(name, 'x', sizeof(name));
    name[256] = '\0';
    ck_assert_int_eq(tar_path(name, &b, NULL), OPSDK_EPROTO);
    name[255] = '\0';
    ck_assert_int_eq(tar_path(name, &b, NULL), 0);
}
END_TEST

TESTS("tar", writes_what_it_reads, names_at_the_edge, sizes_beyond_octal, ustar_prefix_and_old_folders, pax_headers,
      records_that_are_refused, kinds_that_are_refused, damaged_archives, numbers_that_are_none, caps, paths)
