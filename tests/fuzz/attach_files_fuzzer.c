/* Files of other people's containers: release, lib/modules, jars, option files; and the configuration. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "operators/jmx-exporter/attach/check.h"
#include "operators/jmx-exporter/attach/config.h"
#include "operators/jmx-exporter/attach/jar.h"
#include "operators/jmx-exporter/attach/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    char *text = calloc(1, size + 1);
    struct options options = {.no_attach = false};
    uint32_t at, length;
    int line;

    if (size > 0)
        memcpy(text, bytes, size);
    (void)release_has_module(text, "jdk.httpserver");
    (void)table_has(bytes, size, "jdk.httpserver");
    (void)zip_lists(bytes, size, "io/prometheus/jmx/");
    (void)zip_end_parse(bytes, size, &at, &length);
    (void)config_forbidden(bytes, size, &line);
    options_words(&options, bytes, size);
    options_command(&options, text, size);
    (void)module_listed(options.add_modules, "java.se");
    free(text);
    return 0;
}
