#include "tarball.h"

#include "../file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK 512

typedef struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
    char magic[6], version[2], owner[32], group[32], major[8], minor[8], prefix[155], spare[12];
} header;

int tarball_open(tarball *t, const char *path, opsdk_error *err)
{
    *t = (tarball){.out = fopen(path, "we"), .path = path, .sum = digest_start()};
    if (t->out && t->sum)
        return 0;
    opsdk_error_set(err, OPSDK_EIO, "%s: %s", path, strerror(errno));
    tarball_close(t, NULL, NULL);
    return OPSDK_EIO;
}

int tarball_add(tarball *t, const void *data, size_t len, opsdk_error *err)
{
    if (fwrite(data, 1, len, t->out) != len)
        return opsdk_error_set(err, OPSDK_EIO, "%s: %s", t->path, strerror(errno));
    digest_add(t->sum, data, len);
    t->size += len;
    return 0;
}

int tarball_pad(tarball *t, opsdk_error *err)
{
    static const char zeros[BLOCK];

    return tarball_add(t, zeros, (size_t)(-t->size % BLOCK), err);
}

/* A name of more than 100 bytes stands in two parts, split at a slash. */
static bool put_name(header *h, const char *name)
{
    size_t len = strlen(name);
    const char *cut = name;

    if (len <= sizeof(h->name)) {
        memcpy(h->name, name, len);
        return true;
    }
    while (cut && len - (size_t)(cut - name) - 1 > sizeof(h->name))
        cut = strchr(cut + 1, '/');
    if (!cut || (size_t)(cut - name) > sizeof(h->prefix) || !cut[1])
        return false;
    memcpy(h->prefix, name, (size_t)(cut - name));
    memcpy(h->name, cut + 1, strlen(cut + 1));
    return true;
}

static void put_checksum(header *h)
{
    const unsigned char *bytes = (const unsigned char *)h;
    unsigned sum = 0;

    memset(h->checksum, ' ', sizeof(h->checksum));
    for (size_t i = 0; i < sizeof(*h); i++)
        sum += bytes[i];
    snprintf(h->checksum, sizeof(h->checksum), "%06o", sum);
}

int tarball_entry(tarball *t, enum tarball_type type, const char *name, unsigned mode, uint64_t size, const char *link,
                  opsdk_error *err)
{
    header h = {.type = (char)type, .magic = "ustar", .version = {'0', '0'}};

    if (!put_name(&h, name) || strlen(link) > sizeof(h.link))
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: the name is too long for an image", name);
    if (size >= 1ull << 33)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: too large for an image", name);
    memcpy(h.link, link, strlen(link));
    snprintf(h.mode, sizeof(h.mode), "%07o", mode & 07777);
    memcpy(h.uid, "0000000", 8);
    memcpy(h.gid, "0000000", 8);
    snprintf(h.size, sizeof(h.size), "%011llo", (unsigned long long)size);
    memcpy(h.mtime, "00000000000", 12);
    put_checksum(&h);
    return tarball_add(t, &h, sizeof(h), err);
}

int tarball_text(tarball *t, const char *name, unsigned mode, const char *text, size_t len, opsdk_error *err)
{
    int r = tarball_entry(t, TARBALL_FILE, name, mode, len, "", err);

    if (r == 0)
        r = tarball_add(t, text, len, err);
    return r == 0 ? tarball_pad(t, err) : r;
}

/* Exactly as many bytes as the header says, whatever happens to the file meanwhile. */
static int copy(tarball *t, FILE *f, const char *from, uint64_t size, opsdk_error *err)
{
    char piece[65536];
    int r = 0;

    while (r == 0 && size > 0) {
        size_t n = fread(piece, 1, size < sizeof(piece) ? (size_t)size : sizeof(piece), f);

        if (n == 0)
            return opsdk_error_set(err, OPSDK_EIO, "%s: changed while it was read", from);
        r = tarball_add(t, piece, n, err);
        size -= n;
    }
    return r;
}

int tarball_file(tarball *t, const char *name, unsigned mode, const char *from, opsdk_error *err)
{
    auto_close FILE *f = fopen(from, "re");
    struct stat st;
    int r;

    if (!f || fstat(fileno(f), &st) < 0)
        return opsdk_error_set(err, OPSDK_EIO, "%s: %s", from, strerror(errno));
    r = tarball_entry(t, TARBALL_FILE, name, mode, (uint64_t)st.st_size, "", err);
    if (r == 0)
        r = copy(t, f, from, (uint64_t)st.st_size, err);
    return r == 0 ? tarball_pad(t, err) : r;
}

int tarball_close(tarball *t, digest *ret, opsdk_error *err)
{
    static const char zeros[2 * BLOCK];
    int r = ret ? tarball_add(t, zeros, sizeof(zeros), err) : 0;

    digest_end(t->sum, ret);
    t->sum = NULL;
    if (t->out && fclose(t->out) != 0 && r == 0)
        r = opsdk_error_set(err, OPSDK_EIO, "%s: %s", t->path, strerror(errno));
    t->out = NULL;
    return r;
}
