#include "core/tar_format.h"

#include <stdio.h>
#include <string.h>

unsigned tar_checksum(const tar_header *h)
{
    const unsigned char *bytes = (const unsigned char *)h;
    size_t from = offsetof(tar_header, checksum), to = from + sizeof(h->checksum);
    unsigned sum = 0;

    for (size_t i = 0; i < sizeof(*h); i++)
        sum += i >= from && i < to ? ' ' : bytes[i];
    return sum;
}

/* Octal as long as it fits, else GNU's base 256. */
static void put_size(char field[12], uint64_t size)
{
    if (size < 1ull << 33) {
        snprintf(field, 12, "%011llo", (unsigned long long)size);
        return;
    }
    memset(field, 0, 12);
    field[0] = (char)0x80;
    for (int i = 11; size > 0; i--, size >>= 8)
        field[i] = (char)(size & 0xff);
}

static void put_block(buf *b, char type, const char *name, const char *link, unsigned mode, uint64_t size)
{
    tar_header h = {.type = type, .magic = "ustar  "};
    char sum[8];

    memcpy(h.name, name, strnlen(name, sizeof(h.name)));
    memcpy(h.link, link, strnlen(link, sizeof(h.link)));
    snprintf(h.mode, sizeof(h.mode), "%07o", mode & 07777);
    memcpy(h.uid, "0000000", 8);
    memcpy(h.gid, "0000000", 8);
    memcpy(h.mtime, "00000000000", 12);
    put_size(h.size, size);
    snprintf(sum, sizeof(sum), "%06o", tar_checksum(&h));
    memcpy(h.checksum, sum, 7);
    h.checksum[7] = ' ';
    buf_add(b, &h, sizeof(h));
}

/* A name that has no room in the header stands as data of an entry before it. */
static void put_long(buf *b, char type, const char *text)
{
    size_t len = strlen(text);

    if (len <= 100)
        return;
    put_block(b, type, "././@LongLink", "", 0644, len + 1);
    buf_add(b, text, len + 1);
    tar_put_padding(b, len + 1);
}

void tar_put_header(buf *b, const tar_entry *e)
{
    const char *link = e->link ? e->link : "";

    put_long(b, 'K', link);
    put_long(b, 'L', e->name);
    put_block(b, (char)e->type, e->name, link, e->mode, e->size);
}

void tar_put_padding(buf *b, uint64_t size)
{
    static const char zeros[TAR_BLOCK];

    buf_add(b, zeros, (size_t)(-size % TAR_BLOCK));
}

void tar_put_end(buf *b)
{
    static const char zeros[2 * TAR_BLOCK];

    buf_add(b, zeros, sizeof(zeros));
}
