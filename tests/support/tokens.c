#include "tests/support/tokens.h"

#include "core/scan.h"

#include <stdio.h>
#include <stdlib.h>

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
