/* What a JVM answers, and what an earlier run left. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "operators/jmx-exporter/attach/hotspot.h"
#include "operators/jmx-exporter/attach/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    struct reply reply;
    struct state state;
    char value[16];

    if (reply_parse(text, &reply) == 0 && (reply.text < text || reply.text > text + strlen(text)))
        abort();
    if (property_get(text, "a", value, sizeof(value)) >= (int)sizeof(value))
        abort();
    if (state_parse(text, &state) == 0 && (state.pid <= 0 || state.port > 65535))
        abort();
    free(text);
    return 0;
}
