#include "client/file.h"
#include "core/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void file_wipe(buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->cap);
    buf_clear(b);
}

static int read_all(int fd, buf *ret)
{
    for (;;) {
        char piece[4096];
        ssize_t n = read(fd, piece, sizeof(piece));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        buf_add(ret, piece, (size_t)n);
        explicit_bzero(piece, sizeof(piece));
        if (ret->failed)
            return (size_t)n > ret->max - ret->len ? -EFBIG : -ENOMEM;
    }
}

int file_load(const char *path, buf *ret, opsdk_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), r;
    struct stat st;

    if (fd < 0)
        return opsdk_error_set(err, errno == ENOENT ? OPSDK_ENOTFOUND : OPSDK_EINVAL, "%s: %s", path, strerror(errno));
    ret->max = LIMIT_CONFIG_FILE;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < LIMIT_CONFIG_FILE)
        buf_reserve(ret, (size_t)st.st_size); /* at once: growing would leave copies of a secret behind */
    r = read_all(fd, ret);
    close(fd);
    if (r == -EFBIG)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: larger than %u bytes", path, LIMIT_CONFIG_FILE);
    if (r < 0 || ret->failed)
        return opsdk_error_set(err, r == -ENOMEM || ret->failed ? OPSDK_ENOMEM : OPSDK_EINVAL, "%s: %s", path,
                               strerror(r < 0 ? -r : ENOMEM));
    return 0;
}
