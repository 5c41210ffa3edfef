/* Messages of an exec stream and the Status at their end.  The first byte of the input says how long fragments are. */
#include "core/channel.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_output(int fd, const char *data, size_t len, void *user, opsdk_error *err)
{
    (void)data, (void)user, (void)err;
    if ((fd != 1 && fd != 2) || len == 0)
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data + 1;
    size_t step = size > 0 ? (size_t)(data[0] & 15) + 1 : 1, left = size > 0 ? size - 1 : 0;
    channel_exit how;
    channel ch;
    int r = 0;

    if (left == 0)
        return 0;
    if (channel_read_exit(p, left, &how, NULL) == 0 && (how.code < -1 || how.code > 255))
        abort();
    channel_init(&ch, on_output, NULL);
    for (size_t at = 0; at < left && r == 0; at += step) {
        size_t n = left - at < step ? left - at : step;
        r = channel_feed(&ch, p + at, n, data[0] & 16 || p[at] & 1, data[0] & 32 || p[at] & 2, NULL);
    }
    if (ch.status.len > 0)
        (void)channel_read_exit(ch.status.data, ch.status.len, &how, NULL);
    channel_clear(&ch);
    return 0;
}
