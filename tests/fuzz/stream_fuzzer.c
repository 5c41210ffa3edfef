/* List and watch: what is said does not depend on how the body is cut. */
#include "tests/support/play.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void stream_both_ways(play_fn *make, const char *body, size_t len)
{
    transcript whole = {.text = BUF_INIT(64 << 20), .full = true}, split = {.text = BUF_INIT(64 << 20), .full = true};

    play(make, body, len, 0, len ? len : 1, &whole);
    play(make, body, len, len / 3, len % 2 ? 1 + len % 7 : 100 + len % 97, &split);
    if (strcmp(whole.text.data, split.text.data) != 0)
        abort();
    buf_clear(&whole.text);
    buf_clear(&split.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stream_both_ways(stream_list, (const char *)data, size);
    stream_both_ways(stream_watch, (const char *)data, size);
    return 0;
}
