#include "apiserver/crd/doc.h"

#include <string.h>

const char *doc_text(const json_t *doc, const char *name)
{
    const char *text = json_string_value(json_object_get(doc, name));

    return text ? text : "";
}

bool doc_flag(const json_t *doc, const char *name)
{
    return json_is_true(json_object_get(doc, name));
}

bool doc_has(const json_t *list, const char *text)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), text) == 0)
            return true;
    }
    return false;
}

json_t *doc_at(const json_t *doc, const char *a, const char *b)
{
    return json_object_get(json_object_get(doc, a), b);
}
