#include "tests/conformance/embedded.h"

#include "tests/conformance/tool.h"

#include <stdlib.h>
#include <string.h>

static const char BEFORE[] = "nvalid value: ";

static char *sorted_text(const char *text, size_t *ret_used, bool whole)
{
    json_error_t err;
    json_t *doc = json_loads(text, JSON_ALLOW_NUL | (whole ? 0 : JSON_DISABLE_EOF_CHECK), &err);
    char *sorted = doc ? keep(json_dumps(doc, JSON_SORT_KEYS | JSON_COMPACT)) : NULL;

    *ret_used = doc ? (size_t)err.position : 0;
    json_decref(doc);
    return sorted;
}

/* A document that stands in quotes, as Go quotes, which for JSON is JSON's way too. */
static char *sorted_quoted(const char *text, size_t *ret_used)
{
    json_error_t err;
    json_t *quoted = json_loads(text, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &err), *again;
    size_t used, ignored;
    char *inner = quoted ? sorted_text(json_string_value(quoted), &ignored, true) : NULL, *outer;

    used = quoted ? (size_t)err.position : 0;
    json_decref(quoted);
    if (!inner)
        return NULL;
    again = keep(json_string(inner));
    outer = keep(json_dumps(again, JSON_ENCODE_ANY));
    json_decref(again);
    free(inner);
    *ret_used = used;
    return outer;
}

void embedded_sort(const char *text, buf *out)
{
    const char *at;

    while ((at = strstr(text, BEFORE))) {
        size_t used = 0;
        char *sorted;

        at += strlen(BEFORE);
        buf_add(out, text, (size_t)(at - text));
        text = at;
        sorted = *at == '"'                 ? sorted_quoted(at, &used)
                 : *at == '{' || *at == '[' ? sorted_text(at, &used, false)
                                            : NULL;
        if (!sorted)
            continue;
        buf_puts(out, sorted);
        text += used;
        free(sorted);
    }
    buf_puts(out, text);
}
