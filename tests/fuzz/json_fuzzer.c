/* The scanner and the pack: split equals whole, and the verdict and the value are jansson's. */
#include "tests/support/tokens.h"

#include <opsdk.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int json_both_ways(const char *text, size_t len)
{
    auto_buf whole = BUF_INIT(16 << 20), split = BUF_INIT(16 << 20);
    int r = tokens_say(text, len, 0, len ? len : 1, &whole);

    if (tokens_say(text, len, len / 3, 1 + len % 5, &split) != r)
        abort();
    if (whole.len != split.len || memcmp(whole.data, split.data, whole.len) != 0)
        abort();
    return r;
}

/* Straight into a pack, whole and byte by byte. */
static void json_pack_both_ways(const char *text, size_t len)
{
    auto_buf whole = BUF_INIT(16 << 20), split = BUF_INIT(16 << 20);

    tokens_pack(text, len, 0, len ? len : 1, &whole);
    tokens_pack(text, len, 0, 1, &split);
    if (whole.len != split.len || memcmp(whole.data, split.data, whole.len) != 0)
        abort();
    buf_reset(&split);
    tokens_pack(text, len, len / 3, 100 + len % 97, &split);
    if (whole.len != split.len || memcmp(whole.data, split.data, whole.len) != 0)
        abort();
}

/* What jansson refuses although it is JSON. */
static bool json_is_excused(const json_error_t *e)
{
    enum json_error_code code = json_error_code(e);

    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
           code == json_error_stack_overflow;
}

static void json_compare(const char *text, size_t len, const json_t *theirs)
{
    opsdk_auto_object *obj = NULL, *again = NULL;
    auto_buf wrapped = BUF_INIT(16 << 20);
    opsdk_error err = {0};
    bool nul = memmem(text, len, "\\u0000", 6) != NULL; /* in a key json_equal takes it for the end */
    json_t *ours, *back;

    buf_puts(&wrapped, "{\"v\":");
    buf_add(&wrapped, text, len);
    buf_puts(&wrapped, "}");
    if (opsdk_object_parse(NULL, wrapped.data, wrapped.len, &obj, &err) < 0) {
        if (!strstr(err.message, "levels"))
            abort();
        return;
    }
    ours = opsdk_value_json(opsdk_at(obj, "/v"));
    if (!ours || (theirs && !nul && !json_equal(ours, theirs)))
        abort();
    if (opsdk_object_from_json(NULL, json_pack("{s:O}", "v", ours), &again, NULL) < 0)
        abort();
    back = opsdk_value_json(opsdk_at(again, "/v"));
    if (!back || (!nul && !json_equal(ours, back)))
        abort();
    json_decref(ours);
    json_decref(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    int r = json_both_ways(text, size);
    json_error_t e = {0};
    json_t *theirs = json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
    auto_buf wrapped = BUF_INIT(16 << 20);

    json_pack_both_ways(text, size);
    tokens_wrap(text, size, &wrapped);
    json_pack_both_ways(wrapped.data, wrapped.len);
    if (r < 0 && theirs && !memchr(text, '\0', size)) /* jansson takes a bare NUL for the end */
        abort();
    if (r == 0 && !theirs && !json_is_excused(&e))
        abort();
    if (r == 0)
        json_compare(text, size, theirs);
    json_decref(theirs);
    return 0;
}
