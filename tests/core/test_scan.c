/* JSONTestSuite (tests/fixtures/json) and what it lacks. */
#include "core/scan.h"

#include "tests/support/suite.h"
#include "tests/support/tokens.h"

#include <dirent.h>
#include <opsdk.h>
#include <stdlib.h>
#include <string.h>

#define FIXTURES "tests/fixtures/json"

/* An assertion of Check writes to a file even when it holds: too slow for where there are a million. */
static bool same(const buf *a, const buf *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/* The result, which must be the same whole, byte by byte, and for small texts split at each place. */
static int scan_all_ways(const char *name, const char *text, size_t len)
{
    auto_buf whole = BUF_INIT(4 << 20);
    int r = tokens_say(text, len, 0, len ? len : 1, &whole);

    for (size_t cut = 1; cut <= len && (cut == 1 || len < 300); cut++) {
        auto_buf split = BUF_INIT(4 << 20);
        if (tokens_say(text, len, cut, cut == 1 ? 1 : len, &split) != r || !same(&split, &whole))
            ck_abort_msg("%s at %zu", name, cut);
    }
    return r;
}

/* The same into a pack, with the text where the quick way meets it. */
static void pack_all_ways(const char *name, const char *text, size_t len, bool everywhere)
{
    auto_buf whole = BUF_INIT(4 << 20), wrapped = BUF_INIT(4 << 20);
    int r;

    tokens_wrap(text, len, &wrapped);
    r = tokens_pack(wrapped.data, wrapped.len, 0, wrapped.len, &whole);
    for (size_t cut = 1; cut <= wrapped.len && (cut == 1 || everywhere); cut++) {
        auto_buf split = BUF_INIT(4 << 20);
        if (tokens_pack(wrapped.data, wrapped.len, cut, cut == 1 ? 1 : wrapped.len, &split) != r ||
            !same(&split, &whole))
            ck_abort_msg("%s at %zu", name, cut);
    }
}

/* The value inside of an object equals what jansson reads. */
static void compare(const char *name, const char *text, size_t len)
{
    json_t *theirs = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL), *ours;
    opsdk_auto_object *obj = NULL;
    auto_buf wrapped = BUF_INIT(1 << 20);

    buf_puts(&wrapped, "{\"v\":");
    buf_add(&wrapped, text, len);
    buf_puts(&wrapped, "}");
    ck_assert_msg(opsdk_object_parse(NULL, wrapped.data, wrapped.len, &obj, NULL) == 0, "%s", name);
    ours = opsdk_value_json(opsdk_at(obj, "/v"));
    /* jansson refuses NUL in keys, and integers over 64 bits */
    ck_assert_msg(json_equal(ours, theirs) || (!theirs && (strstr(name, "null") || strstr(name, "number"))), "%s",
                  name);
    json_decref(theirs);
    json_decref(ours);
}

static void run_fixture(const char *name, size_t ran[3])
{
    char path[512];
    size_t len;
    char *text;
    int r;

    snprintf(path, sizeof(path), FIXTURES "/%s", name);
    text = fixture_read(path, &len);
    r = scan_all_ways(name, text, len);
    pack_all_ways(name, text, len, len < 300);
    ran[name[0] == 'y' ? 0 : name[0] == 'n' ? 1 : 2]++;
    if (name[0] == 'y')
        ck_assert_msg(r == 0, "%s is refused", name);
    if (name[0] == 'n')
        ck_assert_msg(r < 0, "%s is accepted", name);
    if (r == 0 && !strstr(name, "500_nested"))
        compare(name, text, len);
    free(text);
}

START_TEST(test_suite)
{
    DIR *dir = opendir(FIXTURES);
    size_t ran[3] = {0};

    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (strlen(e->d_name) > 5 && e->d_name[1] == '_')
            run_fixture(e->d_name, ran);
    }
    closedir(dir);
    ck_assert_uint_eq(ran[0], 95);
    ck_assert_uint_eq(ran[1], 188);
    ck_assert_uint_eq(ran[2], 35);
}
END_TEST

START_TEST(tokens)
{
    auto_buf said = BUF_INIT(1000);
    static const char text[] =
        " {\"a\\u0000\\ud834\\udd1e\":[1.50,-0,true,false,null,\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"],\"b\":{}} ";
    static const char expected[] = "\0{a\0\xf0\x9d\x84\x9e\0k\0[1.50\0n-0\0n\0"
                                   "1\0"
                                   "0\0N\"\\/\b\f\n\r\t\0s\0eb\0k\0{\0e\0e 0  77";

    ck_assert_int_eq(tokens_say(text, sizeof(text) - 1, 0, 100, &said), 0);
    ck_assert_uint_eq(said.len, sizeof(expected) - 1);
    ck_assert_mem_eq(said.data, expected, sizeof(expected) - 1);
    ck_assert_int_eq(scan_all_ways("tokens", text, sizeof(text) - 1), 0);
}
END_TEST

/* White space stands wherever it may, and where it may not. */
START_TEST(spaces)
{
    static const char *const texts[] = {"[ ]",
                                        "[ 1 , 2 ]",
                                        "[ [ ] , { } ]",
                                        "{ }",
                                        "{ \"a\" : { \"b\" : 1 } , \"c\" : null }",
                                        "\t[\r\n1\t]",
                                        "[1 ,2, 3 ]",
                                        "{\"a\":[ ],\"b\":\t\"c\" }",
                                        "- 1",
                                        "tr ue",
                                        "[ ,1]",
                                        "[1 , ]",
                                        "{ , }",
                                        "[ ] 1",
                                        "\"a\" \"b\""};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        pack_all_ways(texts[i], texts[i], strlen(texts[i]), true);
}
END_TEST

/* A piece ends at each place behind keys and values of each length. */
START_TEST(ends_of_pieces)
{
    for (size_t n = 0; n < 300; n++) {
        auto_buf text = BUF_INIT(4096);

        buf_puts(&text, "{\"");
        for (size_t i = 0; i < n; i++)
            buf_addc(&text, (char)('a' + i % 26));
        buf_puts(&text, "\":\"");
        for (size_t i = 0; i < n * 7 % 300; i++)
            buf_addc(&text, (char)('A' + i % 26));
        buf_puts(&text, "\",\"b\":[12345678901234567890,true,{}]}");
        pack_all_ways("piece", text.data, text.len, n < 150);
    }
}
END_TEST

/* Around where heads of containers become longer. */
START_TEST(large_containers)
{
    for (size_t n = (1 << 16) - 40; n < (1 << 16) + 10; n++) {
        auto_buf text = BUF_INIT(1 << 20);

        buf_puts(&text, "[[{\"a\":[],\"b\":\"");
        for (size_t i = 0; i < n; i++)
            buf_addc(&text, (char)('a' + i % 26));
        buf_puts(&text, "\"},[[],{}]],1]");
        compare("large", text.data, text.len);
        pack_all_ways("large", text.data, text.len, false);
    }
}
END_TEST

/* Length of the string character at s, 0 if it is none; a decoder written the long way. */
static size_t character(const unsigned char *s, size_t len)
{
    uint32_t c = s[0] < 0xe0 ? s[0] & 0x1fu : s[0] < 0xf0 ? s[0] & 0xfu : s[0] & 7u;
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf8 ? 4 : 0;

    if (n == 0 || n > len)
        return 0;
    if (n == 1)
        return s[0] >= 0x20 && s[0] != '"' && s[0] != '\\';
    for (size_t i = 1; i < n; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    return c >= (n == 2 ? 0x80u : n == 3 ? 0x800u : 0x10000u) && c < 0x110000 && (c < 0xd800 || c > 0xdfff) ? n : 0;
}

static bool is_utf8(const unsigned char *s, size_t len)
{
    size_t n = 1;

    while (len > 0 && n > 0) {
        n = character(s, len);
        s += n;
        len -= n;
    }
    return n > 0;
}

/* Every lead byte with every three followers at the edges. */
START_TEST(utf8)
{
    static const unsigned char next[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    size_t n = sizeof(next);

    for (size_t i = 0; i < 256 * n * n * n * 4; i++) {
        size_t len = i % 4 + 1;
        unsigned char text[6] = {
            '"', (unsigned char)(i / 4 / n / n / n), next[i / 4 % n], next[i / 4 / n % n], next[i / 4 / n / n % n],
            '"'};
        auto_buf said = BUF_INIT(100);
        text[len + 1] = '"';
        if ((tokens_say((char *)text, len + 2, 0, 9, &said) == 0) != is_utf8(text + 1, len))
            ck_abort_msg("%02x %02x %02x %02x", text[1], text[2], text[3], text[4]);
    }
}
END_TEST

/* A byte that must end a run of plain ones, at each place of a word. */
START_TEST(runs_end_in_time)
{
    for (int c = 0; c < 256; c++) {
        for (size_t at = 1; at < 20; at++) {
            char text[24] = "\"xxxxxxxxxxxxxxxxxxxxx\"";
            bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
            text[at] = (char)c;
            ck_assert_int_eq(scan_all_ways("run", text, 23), plain ? 0 : OPSDK_EPROTO);
            pack_all_ways("run", text, 23, false);
        }
    }
}
END_TEST

START_TEST(messages_say_where)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{\"a\":1 \"b\"", "not JSON at byte 7: ',' or '}' is missing"},
        {"{\"a\" 1", "not JSON at byte 5: ':' is missing"},
        {"{\"a\":}", "not JSON at byte 5: a value is missing"},
        {"{\"a\":[1 2]", "not JSON at byte 8: ',' or ']' is missing"},
        {"{\"a\":\"\x01\"", "not JSON at byte 6: a control character in a string"},
        {"{\"a\":nul}", "not JSON at byte 8: a word other than true, false and null"},
        {"{\"a\":01", "not JSON at byte 6: a malformed number"},
        {"{\"a", "not JSON at byte 3: the text ends too early"},
        {"{} {}", "not JSON at byte 3: more text behind the value"},
        {"{\"\\x", "not JSON at byte 3: an unknown escape in a string"},
        {"{\"\\u00g", "not JSON at byte 6: \\u without four hexadecimal digits"},
        {"{\"\\ud800x", "not JSON at byte 8: half of a surrogate pair"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        opsdk_object *obj;
        opsdk_error err = {0};
        ck_assert_int_eq(opsdk_object_parse(NULL, cases[i].text, strlen(cases[i].text), &obj, &err), OPSDK_EPROTO);
        ck_assert_str_eq(err.message, cases[i].message);
    }
}
END_TEST

static int refuse(enum token t, const char *text, size_t len, void *user)
{
    (void)text, (void)len, (void)user;
    return t == TOKEN_NUMBER ? -99 : 0;
}

START_TEST(callback_stops)
{
    size_t used;
    scan s;

    scan_init(&s, false, refuse, NULL);
    ck_assert_int_eq(scan_feed(&s, "[1,2]", 5, &used), -99);
    ck_assert_uint_eq(used, 2);
    ck_assert_int_eq(scan_feed(&s, ",2]", 3, &used), -99);
    ck_assert_int_eq(scan_end(&s), -99);
    scan_init(&s, false, refuse, NULL);
    ck_assert_int_eq(scan_feed(&s, "1", 1, &used), 0);
    ck_assert_int_eq(scan_end(&s), -99);
}
END_TEST

TESTS("scan", test_suite, tokens, spaces, ends_of_pieces, large_containers, utf8, runs_end_in_time, messages_say_where,
      callback_stops)
