/* An HTTP answer: in one piece and byte by byte it must say the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "operators/jmx-exporter/attach/scrape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct metrics_reader whole = {.body = false}, pieces = {.body = false};

    metrics_feed(&whole, (const char *)data, size);
    metrics_end(&whole);
    for (size_t i = 0; i < size; i++)
        metrics_feed(&pieces, (const char *)data + i, 1);
    metrics_end(&pieces);
    if (memcmp(&whole.metrics, &pieces.metrics, sizeof(whole.metrics)) != 0)
        abort();
    return 0;
}
