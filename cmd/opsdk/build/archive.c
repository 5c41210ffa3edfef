#include "archive.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK 512

/* Octal, or base 256 behind a byte 0x80. */
static uint64_t number(const unsigned char *field, size_t len)
{
    uint64_t n = 0;

    for (size_t i = field[0] == 0x80 ? 1 : 0; i < len; i++) {
        if (field[0] == 0x80)
            n = n << 8 | field[i];
        else if (field[i] >= '0' && field[i] <= '7')
            n = n << 3 | (unsigned)(field[i] - '0');
        else if (n > 0)
            break;
    }
    return n;
}

static bool valid(const unsigned char *h)
{
    unsigned sum = 0;

    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= 148 && i < 156 ? ' ' : h[i];
    return sum == number(h + 148, 8);
}

static void read_header(const unsigned char *h, archive_member *m)
{
    char name[ARCHIVE_NAME];
    const char *p = name;

    /* The prefix is POSIX's; GNU's archives have other things there. */
    if (memcmp(h + 257, "ustar\0", 6) == 0 && h[345])
        snprintf(name, sizeof(name), "%.155s/%.100s", (const char *)h + 345, (const char *)h);
    else
        snprintf(name, sizeof(name), "%.100s", (const char *)h);
    while (p[0] == '.' && p[1] == '/')
        p += 2;
    snprintf(m->name, sizeof(m->name), "%s", p);
    snprintf(m->link, sizeof(m->link), "%.100s", (const char *)h + 157);
    m->type = h[156] ? (char)h[156] : '0';
    m->size = number(h + 124, 12);
}

int archive_walk(FILE *f, const char *name, archive_fn *each, void *user, opsdk_error *err)
{
    static const unsigned char zeros[BLOCK];
    unsigned char h[BLOCK];
    archive_member m = {0};
    int r = 0;

    rewind(f);
    for (size_t n = 0; r >= 0; n++) {
        if (fread(h, BLOCK, 1, f) != 1)
            return n > 0 ? 0 : opsdk_error_set(err, OPSDK_EPROTO, "%s: is no tar archive", name);
        if (memcmp(h, zeros, BLOCK) == 0)
            return 0;
        if (!valid(h) || n == ARCHIVE_MEMBERS)
            return opsdk_error_set(err, OPSDK_EPROTO, "%s: is no tar archive, or broken, or too large", name);
        read_header(h, &m);
        m.at = (uint64_t)ftello(f);
        if (m.size > INT64_MAX / 2)
            return opsdk_error_set(err, OPSDK_EPROTO, "%s: a size that cannot be", name);
        r = each(&m, user, err);
        if (r == 0 && fseeko(f, (off_t)(m.at + (m.size + BLOCK - 1) / BLOCK * BLOCK), SEEK_SET) < 0)
            return opsdk_error_set(err, OPSDK_EIO, "%s: cannot be read", name);
    }
    return r;
}
