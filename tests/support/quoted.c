#include "tests/support/quoted.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *quoted(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    json_error_t error;
    json_t *value;

    if (!copy)
        return NULL;
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    value = json_loads(copy, JSON_DECODE_ANY, &error);
    ck_assert_msg(value != NULL, "%s: %s", text, error.text);
    free(copy);
    return value;
}

void check_json(const char *what, const json_t *is, const json_t *should)
{
    const size_t flags = JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS;
    char *a, *b;

    if (is == should || json_equal(is, should))
        return;
    a = is ? json_dumps(is, flags) : NULL;
    b = should ? json_dumps(should, flags) : NULL;
    if (getenv("QUOTED_ALL"))
        fprintf(stderr, "%s:\n    is     %s\n    should %s\n", what, a ? a : "NULL",
                b ? b : "NULL"); /* the message is cut */
    ck_abort_msg("%.1500s:\n    is     %.1500s\n    should %.1500s", what, a ? a : "NULL", b ? b : "NULL");
}

size_t quoted_cases(const char *path, const char *dflt, void (*run)(const json_t *one))
{
    FILE *file = fopen(path ? path : dflt, "r");
    size_t n = 0;

    ck_assert_msg(file != NULL, "%s", path ? path : dflt);
    for (json_t *one; (one = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)) != NULL; n++) {
        run(one);
        json_decref(one);
    }
    fclose(file);
    return n;
}
