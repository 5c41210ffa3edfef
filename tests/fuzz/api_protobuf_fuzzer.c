/* Documents as Go's typed clients send them: what is read is the same each time, and a document that can be written. */
#include "apiserver/json_put.h"
#include "apiserver/kinds/schemas.h"
#include "apiserver/schema/protobuf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const schema *find(const char *api_version, const char *kind, const void *unused)
{
    static const struct {
        const char *kind;
        const schema *s;
    } known[] = {{"Pod", &schema_core_v1_Pod},
                 {"Deployment", &schema_apps_v1_Deployment},
                 {"Lease", &schema_coordination_v1_Lease},
                 {"ConfigMap", &schema_core_v1_ConfigMap}};

    (void)api_version, (void)unused;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].kind, kind) == 0)
            return known[i].s;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_failure why = {0}, why_again = {0};
    json_t *doc = NULL, *again = NULL;
    auto_buf text = BUF_INIT(64u << 20);
    int r = protobuf_decode((const char *)data, size, find, NULL, &doc, &why);

    if (protobuf_decode((const char *)data, size, find, NULL, &again, &why_again) != r || why.code != why_again.code)
        abort();
    if (r == 0 && (!json_is_object(doc) || !json_equal(doc, again) || json_put(doc, &text) < 0))
        abort();
    if (r < 0 && (doc || why.code < 400))
        abort();
    json_decref(doc);
    json_decref(again);
    return 0;
}
