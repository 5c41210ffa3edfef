#include "tests/support/tokens.h"

#include "core/pack.h"
#include "core/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct transcript {
    buf *said;
    size_t whole; /* bytes up to the last whole token */
} transcript;

static int note(enum token t, const char *text, size_t len, void *user)
{
    static const char names[] = "pksn10N{[e";
    transcript *script = user;

    buf_add(script->said, text, len);
    if (t == TOKEN_PART)
        return 0;
    buf_addc(script->said, '\0'); /* what comes before it was text */
    buf_addc(script->said, names[t]);
    script->whole = script->said->len;
    return 0;
}

int tokens_say(const char *text, size_t len, size_t cut, size_t step, buf *said)
{
    transcript script = {said, said->len};
    size_t at = 0, used;
    scan s;
    int r = 0;

    scan_init(&s, false, note, &script);
    while (at < len && r == 0) {
        size_t n = at == 0 && cut ? cut : step;
        n = n > len - at ? len - at : n;
        r = scan_feed(&s, text + at, n, &used);
        at += used;
    }
    if (r == 0)
        r = scan_end(&s);
    said->len = script.whole;
    buf_printf(said, " %d %s %zu", r, r < 0 ? s.why : "", (size_t)s.at);
    return r;
}

static int packed(int result, void *user)
{
    bool *done = user;

    *done = true;
    return result == PACK_COMPLETE ? 0 : result;
}

/* A piece with nothing behind it: what reads on is found by ASan, or reads something else. */
static int feed_alone(scan *s, const char *text, size_t len, size_t *ret_used)
{
    char *alone = malloc(len);
    int r;

    if (!alone)
        abort();
    memcpy(alone, text, len);
    r = scan_feed(s, alone, len, ret_used);
    free(alone);
    return r;
}

int tokens_pack(const char *text, size_t len, size_t cut, size_t step, buf *said)
{
    bool done = false;
    size_t at = 0, used;
    int r = 0;
    scan s;
    pack p;

    pack_init(&p);
    scan_init(&s, false, NULL, &done);
    s.pack = &p;
    s.on_packed = packed;
    while (at < len && r == 0) {
        size_t n = at == 0 && cut ? cut : step;
        n = n > len - at ? len - at : n;
        r = feed_alone(&s, text + at, n, &used);
        at += used;
    }
    if (r == 0)
        r = scan_end(&s);
    buf_printf(said, "%d %s %zu %s ", r, r < 0 ? s.why : "", (size_t)s.at, p.why ? p.why : "");
    if (done && !p.why)
        buf_add(said, p.out.data, p.out.len);
    pack_clear(&p);
    return r;
}

void tokens_wrap(const char *text, size_t len, buf *ret)
{
    buf_puts(ret, "{\"v\":");
    buf_add(ret, text, len);
    buf_puts(ret, ",\"metadata\":{\"managedFields\":");
    buf_add(ret, text, len);
    buf_puts(ret, ",\"name\":\"n\"},\"list\":[1,");
    buf_add(ret, text, len);
    buf_puts(ret, "],\"end\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"}");
}

char *fixture_read(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rbe");
    auto_buf b = BUF_INIT(16 << 20);
    char piece[4096];
    size_t n;

    if (!f) {
        perror(path);
        exit(1);
    }
    do {
        n = fread(piece, 1, sizeof(piece), f);
        buf_add(&b, piece, n);
    } while (n > 0);
    fclose(f);
    return buf_take(&b, ret_len);
}
