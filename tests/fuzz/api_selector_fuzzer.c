/* Two label selectors, a line each: together they select what both select, and no selector depends on when it is asked. */
#include "apiserver/item.h"
#include "apiserver/select.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static item *make_item(void)
{
    static const resource things = {
        .group = "", .version = "v1", .plural = "things", .kind = "Thing", .namespaced = true};
    json_t *obj = json_pack("{s:{s:s, s:s, s:{s:s, s:s, s:s}}}", "metadata", "namespace", "a", "name", "b", "labels",
                            "a", "b", "c", "", "n", "7");
    item *it = item_new(&things, obj, 1);

    json_decref(obj);
    return it;
}

/* -1: it is none. */
static int matches(const char *text, const item *it)
{
    auto_failure why = {0};
    selection *s = NULL;
    int r;

    if (selection_read(text, "", &s, &why) < 0) {
        if (s || why.code < 400)
            abort();
        return -1;
    }
    r = selection_match(s, it);
    if (selection_match(s, it) != r)
        abort();
    selection_free(s);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static item *it;
    char *first = malloc(size + 1), *second, *both = malloc(size + 2);
    int a, b;

    if (!it)
        it = make_item();
    memcpy(first, data, size);
    first[size] = '\0';
    second = strchr(first, '\n');
    if (second)
        *second++ = '\0';
    a = matches(first, it);
    b = second ? matches(second, it) : -1;
    if (a >= 0 && b >= 0 && first[strspn(first, " \t\r\n")] && second[strspn(second, " \t\r\n")]) {
        size_t len = strlen(first);
        memcpy(both, first, len);
        both[len] = ',';
        memcpy(both + len + 1, second, strlen(second) + 1);
        if (matches(both, it) != (a && b))
            abort();
    }
    free(both);
    free(first);
    return 0;
}
