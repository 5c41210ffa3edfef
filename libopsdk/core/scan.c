#include "core/scan.h"

#include "core/pack.h"
#include "core/scan_plain.h"
#include "core/scan_run.h"
#include "core/text.h"

#include <opsdk/error.h>
#include <string.h>

enum { LINE_END = 1 }; /* as the code of a scan that goes on after this call */

enum number { MINUS, ZERO, INTEGER, POINT, FRACTION, E, E_SIGN, EXPONENT, NUMBER_END, NUMBER_BAD };

void scan_init(scan *s, bool lines, scan_fn *on_token, void *user)
{
    s->on_token = on_token;
    s->user = user;
    s->pack = NULL;
    s->on_packed = NULL;
    s->why = s->literal = NULL;
    s->at = 0;
    s->code = 0;
    s->lines = lines;
    s->key = false;
    s->state = SCAN_VALUE;
    s->number = s->need = s->digits = 0;
    s->unit = s->surrogate = 0;
    s->depth = s->mute = s->lost = 0;
}

static const char *fail(scan *s, const char *p, const char *why)
{
    s->code = OPSDK_EPROTO;
    s->why = why;
    return p;
}

static int to_pack(scan *s, enum token t, const char *from, const char *to)
{
    int r = pack_add(s->pack, t, from, (size_t)(to - from));

    return r == 0 || r == PACK_DROP ? r : s->on_packed(r, s->user);
}

static inline void emit(scan *s, enum token t, const char *from, const char *to)
{
    int r;

    if (s->mute) {
        if (s->depth == s->mute && t != TOKEN_PART)
            s->mute = 0; /* that was the value, or its end */
        return;
    }
    r = s->pack ? to_pack(s, t, from, to) : s->on_token(t, from, (size_t)(to - from), s->user);
    if (r < 0)
        s->code = r;
    if (r == SCAN_MUTE)
        s->mute = s->depth;
}

static void part(scan *s, const char *from, const char *to)
{
    if (from < to)
        emit(s, TOKEN_PART, from, to);
}

static bool in_map(const scan *s)
{
    return s->depth > 0 && s->maps[s->depth - 1];
}

static void value_done(scan *s)
{
    s->state = s->depth > 0 ? SCAN_AFTER : SCAN_DONE;
}

static const char *open_container(scan *s, const char *p, bool map)
{
    if (s->depth == LIMIT_SCAN_DEPTH)
        return fail(s, p, "nested too deeply");
    s->maps[s->depth++] = map;
    s->state = map ? SCAN_FIRST_KEY : SCAN_FIRST_ITEM;
    emit(s, map ? TOKEN_MAP : TOKEN_ARRAY, p, p);
    return p + 1;
}

static const char *close_container(scan *s, const char *p)
{
    s->depth--;
    value_done(s);
    emit(s, TOKEN_END, p, p);
    return p + 1;
}

static const char *open_string(scan *s, const char *p, bool key)
{
    s->state = SCAN_STRING;
    s->key = key;
    return p + 1;
}

static const char *open_literal(scan *s, const char *p)
{
    s->literal = *p == 't' ? "rue" : *p == 'f' ? "alse" : "ull";
    s->state = SCAN_LITERAL;
    return p + 1;
}

static const char *in_literal(scan *s, const char *p, const char *end)
{
    for (; p < end && *s->literal; p++, s->literal++) {
        if (*p != *s->literal)
            return fail(s, p, "a word other than true, false and null");
    }
    if (*s->literal)
        return p;
    value_done(s);
    /* The byte before the terminator's still tells the words apart: tru-e, fals-e need the one before that. */
    emit(s, s->literal[-1] == 'l' ? TOKEN_NULL : s->literal[-2] == 'u' ? TOKEN_TRUE : TOKEN_FALSE, p, p);
    return p;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *open_value(scan *s, const char *p)
{
    switch (*p) {
    case '{':
        return open_container(s, p, true);
    case '[':
        return open_container(s, p, false);
    case '"':
        return open_string(s, p, false);
    case 't':
    case 'f':
    case 'n':
        return open_literal(s, p);
    default:
        if (*p != '-' && !is_digit(*p))
            return fail(s, p, "a value is missing");
        s->state = SCAN_NUMBER; /* in_number takes the first byte too, so that the text is one run */
        s->number = NUMBER_END;
        return p;
    }
}

/* What follows state in a number's grammar; NUMBER_END as a state is "nothing read yet". */
static enum number number_next(enum number state, char c)
{
    bool digit = is_digit(c), e = c == 'e' || c == 'E';

    switch (state) {
    case NUMBER_END:
        return c == '-' ? MINUS : c == '0' ? ZERO : INTEGER;
    case MINUS:
        return c == '0' ? ZERO : digit ? INTEGER : NUMBER_BAD;
    case ZERO:
        return c == '.' ? POINT : e ? E : digit ? NUMBER_BAD : NUMBER_END;
    case INTEGER:
        return digit ? INTEGER : c == '.' ? POINT : e ? E : NUMBER_END;
    case POINT:
        return digit ? FRACTION : NUMBER_BAD;
    case FRACTION:
        return digit ? FRACTION : e ? E : NUMBER_END;
    case E:
        return digit ? EXPONENT : c == '+' || c == '-' ? E_SIGN : NUMBER_BAD;
    case E_SIGN:
        return digit ? EXPONENT : NUMBER_BAD;
    case EXPONENT:
        return digit ? EXPONENT : NUMBER_END;
    default:
        return NUMBER_BAD;
    }
}

static const char *in_number(scan *s, const char *p, const char *end)
{
    const char *start = p;

    for (; p < end; p++) {
        enum number next = number_next(s->number, *p);
        if (next == NUMBER_BAD)
            return fail(s, p, "a malformed number");
        if (next == NUMBER_END) {
            value_done(s);
            emit(s, TOKEN_NUMBER, start, p);
            return p;
        }
        s->number = (uint8_t)next;
    }
    part(s, start, p);
    return p;
}

/* Skips bytes that stand for themselves. */
static const char *plain_run(const char *p, const char *end)
{
    while (end - p >= PLAIN_BLOCK) {
        size_t n = plain_block(p);
        p += n;
        if (n < PLAIN_BLOCK)
            return p;
    }
    return p + plain_bytes(p, (size_t)(end - p));
}

/* The first byte of a UTF-8 sequence: how many follow, and which may be next (no overlong forms, surrogates, or more than
 * U+10FFFF). */
static bool utf8_lead(scan *s, unsigned char c)
{
    if (c < 0xc2 || c > 0xf4)
        return false;
    s->need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    s->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    s->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    return true;
}

static bool utf8_next(scan *s, unsigned char c)
{
    if (c < s->low || c > s->high)
        return false;
    s->need--;
    s->low = 0x80;
    s->high = 0xbf;
    return true;
}

static bool utf8_byte(scan *s, unsigned char c)
{
    return s->need ? utf8_next(s, c) : utf8_lead(s, c);
}

static const char *close_string(scan *s, const char *start, const char *p)
{
    enum token t = s->key ? TOKEN_KEY : TOKEN_STRING;

    if (s->key)
        s->state = SCAN_COLON;
    else
        value_done(s);
    emit(s, t, start, p);
    return p + 1;
}

/* Up to the byte that ends the string or starts an escape. */
static const char *skip_text(scan *s, const char *p, const char *end)
{
    for (; p < end; p++) {
        if (s->need == 0)
            p = plain_run(p, end);
        if (p == end || (s->need == 0 && (*p == '"' || *p == '\\')))
            break;
        if (!utf8_byte(s, (unsigned char)*p))
            return fail(s, p, (unsigned char)*p < 0x20 ? "a control character in a string" : "no valid UTF-8");
    }
    return p;
}

static const char *in_string(scan *s, const char *p, const char *end)
{
    const char *start = p;

    if (s->surrogate && *p != '\\')
        return fail(s, p, "half of a surrogate pair");
    p = skip_text(s, p, end);
    if (s->code != 0)
        return p;
    if (p < end && *p == '"')
        return close_string(s, start, p);
    part(s, start, p);
    if (p == end)
        return p;
    s->state = SCAN_ESCAPE;
    return p + 1;
}

static const char *in_escape(scan *s, const char *p)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found;

    if (*p == 'u') {
        s->state = SCAN_HEX;
        s->digits = 0;
        s->unit = 0;
        return p + 1;
    }
    if (s->surrogate)
        return fail(s, p, "half of a surrogate pair");
    found = *p ? strchr(from, *p) : NULL;
    if (!found)
        return fail(s, p, "an unknown escape in a string");
    s->state = SCAN_STRING;
    part(s, to + (found - from), to + (found - from) + 1);
    return p + 1;
}

static void emit_code_point(scan *s, uint32_t c)
{
    char text[4];

    part(s, text, text + text_encode(c, text));
}

/* Four digits are read: a character, or half of one. */
static const char *unit_done(scan *s, const char *p)
{
    bool first = s->unit >= 0xd800 && s->unit < 0xdc00, second = s->unit >= 0xdc00 && s->unit < 0xe000;
    uint32_t pair = s->surrogate;

    if ((pair != 0) != second)
        return fail(s, p, "half of a surrogate pair");
    s->state = SCAN_STRING;
    s->surrogate = first ? s->unit : 0;
    if (!first)
        emit_code_point(s, second ? 0x10000 + ((pair - 0xd800) << 10) + (s->unit - 0xdc00u) : s->unit);
    return p + 1;
}

static const char *in_hex(scan *s, const char *p)
{
    char c = *p;
    int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

    if (digit < 0)
        return fail(s, p, "\\u without four hexadecimal digits");
    s->unit = (uint16_t)(s->unit << 4 | digit);
    s->digits++;
    return s->digits < 4 ? p + 1 : unit_done(s, p);
}

/* A line feed between tokens when lines are documents. */
static const char *line_feed(scan *s, const char *p)
{
    if (s->state == SCAN_DONE) {
        s->state = SCAN_VALUE;
        s->code = LINE_END;
    } else if (s->state != SCAN_VALUE || s->depth > 0) {
        return fail(s, p, "the line ends too early");
    }
    return p + 1;
}

static const char *after_value(scan *s, const char *p)
{
    bool map = in_map(s);

    if (*p == ',') {
        s->state = map ? SCAN_KEY : SCAN_VALUE;
        return p + 1;
    }
    if (*p == (map ? '}' : ']'))
        return close_container(s, p);
    return fail(s, p, map ? "',' or '}' is missing" : "',' or ']' is missing");
}

/* Between tokens, at a byte that is no space. */
static const char *structure(scan *s, const char *p)
{
    switch (s->state) {
    case SCAN_FIRST_ITEM:
        return *p == ']' ? close_container(s, p) : open_value(s, p);
    case SCAN_FIRST_KEY:
        if (*p == '}')
            return close_container(s, p);
        __attribute__((fallthrough));
    case SCAN_KEY:
        return *p == '"' ? open_string(s, p, true) : fail(s, p, "a key is missing");
    case SCAN_COLON:
        s->state = SCAN_VALUE;
        return *p == ':' ? p + 1 : fail(s, p, "':' is missing");
    case SCAN_AFTER:
        return after_value(s, p);
    case SCAN_DONE:
        return fail(s, p, "more text behind the value");
    default:
        return open_value(s, p);
    }
}

/* --- what is passed over --- */

static const char *lost_open(scan *s, const char *p)
{
    if (s->depth == LIMIT_SCAN_DEPTH)
        return fail(s, p, "nested too deeply");
    s->maps[s->depth++] = *p == '{';
    return p + 1;
}

static const char *lost_close(scan *s, const char *p)
{
    if (in_map(s) != (*p == '}'))
        return fail(s, p, "brackets do not match");
    if (s->depth > s->lost) {
        s->depth--;
        p++;
    }
    if (s->depth == s->lost)
        s->state = SCAN_AFTER;
    return p;
}

static const char *in_lost(scan *s, const char *p)
{
    switch (*p) {
    case '"':
        s->state = SCAN_LOST_STRING;
        return p + 1;
    case '{':
    case '[':
        return lost_open(s, p);
    case '}':
    case ']':
        return lost_close(s, p);
    case ',':
        if (s->depth > s->lost)
            return p + 1;
        s->state = SCAN_AFTER;
        return p;
    default:
        return p + 1;
    }
}

static const char *in_lost_string(scan *s, const char *p)
{
    bool escape = s->state == SCAN_LOST_STRING && *p == '\\', end = s->state == SCAN_LOST_STRING && *p == '"';

    s->state = escape ? SCAN_LOST_ESCAPE : end ? SCAN_LOST : SCAN_LOST_STRING;
    return p + 1;
}

bool scan_pass(scan *s, uint32_t depth)
{
    bool string = s->state == SCAN_STRING || s->state == SCAN_HEX;

    if (s->code != OPSDK_EPROTO || s->state >= SCAN_LOST || s->depth == LIMIT_SCAN_DEPTH || s->depth < depth ||
        (s->depth == depth && s->state < SCAN_STRING))
        return false;
    s->state = s->state == SCAN_ESCAPE ? SCAN_LOST_ESCAPE : string ? SCAN_LOST_STRING : SCAN_LOST;
    s->code = 0;
    s->why = NULL;
    s->pack = NULL;
    s->mute = s->surrogate = s->need = 0;
    s->lost = depth;
    return true;
}

/* Inside of a token. */
static const char *inside(scan *s, const char *p, const char *end)
{
    switch (s->state) {
    case SCAN_STRING:
        return in_string(s, p, end);
    case SCAN_ESCAPE:
        return in_escape(s, p);
    case SCAN_HEX:
        return in_hex(s, p);
    case SCAN_NUMBER:
        return in_number(s, p, end);
    case SCAN_LITERAL:
        return in_literal(s, p, end);
    case SCAN_LOST:
        return in_lost(s, p);
    default:
        return in_lost_string(s, p);
    }
}

static inline const char *step(scan *s, const char *p, const char *end)
{
    if (s->state >= SCAN_STRING)
        return inside(s, p, end);
    if (*p == '\n' && s->lines)
        return line_feed(s, p);
    if (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')
        return p + 1;
    return structure(s, p);
}

int scan_feed(scan *s, const char *data, size_t len, size_t *ret_used)
{
    const char *p = data, *end = data + len;

    if (s->code == LINE_END)
        s->code = 0;
    while (p < end && s->code == 0) {
        if (s->state < SCAN_STRING && (s->pack || s->mute))
            p += scan_run(s, p, (size_t)(end - p));
        p = step(s, p, end);
    }
    *ret_used = (size_t)(p - data);
    s->at += *ret_used;
    return s->code;
}

int scan_end(scan *s)
{
    static const char none[] = "";

    if (s->code == 0 && s->state == SCAN_NUMBER && number_next(s->number, ' ') == NUMBER_END) {
        s->state = SCAN_DONE;
        emit(s, TOKEN_NUMBER, none, none);
    }
    if (s->code == 0 && (s->state != SCAN_DONE || s->depth > 0))
        fail(s, NULL, "the text ends too early");
    return s->code;
}
