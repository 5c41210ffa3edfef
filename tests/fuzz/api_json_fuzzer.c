/* The API server's reader and writer of JSON: what they make is what jansson makes. */
#include "apiserver/json_clone.h"
#include "apiserver/json_put.h"
#include "apiserver/json_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS (JSON_ALLOW_NUL | JSON_DECODE_ANY)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text is jansson's. */
static void check_text(const json_t *v)
{
    auto_buf out = BUF_INIT(16u << 20);
    char *want = json_dumps(v, JSON_COMPACT);
    int r = json_put(v, &out);

    if ((want != NULL) != (r == 0) || (want && strcmp(want, out.data) != 0))
        abort();
    free(want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_error_t err = {0}, want_err = {0};
    json_t *want = json_loadb((const char *)data, size, FLAGS, &want_err),
           *got = json_read((const char *)data, size, FLAGS, &err), *copy = json_clone(got);

    if ((want != NULL) != (got != NULL) || (!want && strcmp(err.text, want_err.text) != 0))
        abort();
    if (want) {
        char *a = json_dumps(want, JSON_ENCODE_ANY | JSON_COMPACT),
             *b = json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT),
             *c = json_dumps(copy, JSON_ENCODE_ANY | JSON_COMPACT);
        if ((a != NULL) != (b != NULL) || (a && (strcmp(a, b) != 0 || strcmp(a, c) != 0)))
            abort();
        free(a);
        free(b);
        free(c);
        check_text(got);
    }
    json_decref(copy);
    json_decref(want);
    json_decref(got);
    return 0;
}
