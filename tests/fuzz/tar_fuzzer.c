/* Archives out of containers, in one piece and byte by byte: the same outcome, and no path that leads out of a folder. */
#include "core/limits.h"
#include "core/tar.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct seen {
    uint64_t entries, bytes, ends;
} seen;

static int on_entry(const tar_entry *e, void *user, opsdk_error *err)
{
    auto_buf path = BUF_INIT(LIMIT_TAR_NAME);
    seen *s = user;

    (void)err;
    s->entries++;
    if (tar_path(e->name, &path, NULL) == 0 &&
        (path.data[0] == '/' || strcmp(path.data, "..") == 0 || strncmp(path.data, "../", 3) == 0 ||
         strstr(path.data, "/../") || strstr(path.data, "//")))
        abort();
    return 0;
}

static int on_data(const char *data, size_t len, void *user, opsdk_error *err)
{
    seen *s = user;

    (void)data, (void)err;
    s->bytes += len;
    return 0;
}

static int on_end(void *user, opsdk_error *err)
{
    seen *s = user;

    (void)err;
    s->ends++;
    return 0;
}

static int read_all(const char *data, size_t size, size_t step, seen *s)
{
    const tar_sink sink = {on_entry, on_data, on_end, s};
    tar_reader r;
    int code = 0;

    tar_reader_init(&r, &sink);
    for (size_t at = 0; at < size && code == 0; at += step)
        code = tar_feed(&r, data + at, size - at < step ? size - at : step, NULL);
    if (code == 0)
        code = tar_end(&r, NULL);
    tar_reader_clear(&r);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seen whole = {0}, bytes = {0};
    int a = read_all((const char *)data, size, size ? size : 1, &whole),
        b = read_all((const char *)data, size, 1, &bytes);

    if (a != b || memcmp(&whole, &bytes, sizeof(whole)) != 0)
        abort();
    return 0;
}
