/* The Accept header: ranges lie in the header, are in order, and spaces between them mean nothing. */
#include "apiserver/accept.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const char *header, accept_text t)
{
    if (t.len && (t.at < header || t.at + t.len > header + strlen(header)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *header = malloc(size + 1);
    accept_range ranges[ACCEPT_RANGES];
    size_t n;

    memcpy(header, data, size);
    header[size] = '\0';
    n = accept_parse(header, ranges);
    if (n > ACCEPT_RANGES)
        abort();
    for (size_t i = 0; i < n; i++) {
        check_inside(header, ranges[i].type);
        check_inside(header, ranges[i].as);
        check_inside(header, ranges[i].group);
        check_inside(header, ranges[i].version);
        if (ranges[i].weight < 0 || ranges[i].weight > 1000 || (i && ranges[i].weight > ranges[i - 1].weight))
            abort();
        (void)accept_allows(&ranges[i], "application/json");
    }
    free(header);
    return 0;
}
