#include "apiserver/patch/patch.h"

#include <stdio.h>
#include <string.h>

/* What JSON has, as Go's reflect names the kind of what was made of it. */
static const char *source_kind(const char *word)
{
    static const char *const kinds[][2] = {
        {"string", "string"}, {"number", "int64"}, {"bool", "bool"}, {"array", "slice"}, {"object", "map"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strncmp(word, kinds[i][0], strlen(kinds[i][0])) == 0)
            return kinds[i][1];
    return "string";
}

static bool is_scalar(const char *type)
{
    static const char *const names[] = {"string", "bool", "int32", "int64", "float64", "uint8", "int"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], type) == 0)
            return true;
    return false;
}

/* Go converts numbers to texts, which JSON does not. */
static bool is_convertible(const char *from, const char *type)
{
    return strcmp(from, type) == 0 || (strcmp(from, "int64") == 0 && strcmp(type, "bool") != 0);
}

void patch_convert_words(buf *text)
{
    static const char before[] = "json: cannot unmarshal ", behind[] = " of type ";
    const char *at =
                   text->data && strncmp(text->data, before, strlen(before)) == 0 ? text->data + strlen(before) : NULL,
               *type = at ? strstr(at, behind) : NULL, *from;
    char said[512];

    if (!type)
        return;
    type += strlen(behind);
    from = source_kind(at);
    if (strncmp(type, "map[", 4) == 0)
        snprintf(said, sizeof(said), "cannot restore map from %s", from);
    else if (strncmp(type, "[]", 2) == 0)
        snprintf(said, sizeof(said), "cannot restore slice from %s", from);
    else if (is_scalar(type) && is_convertible(from, type))
        snprintf(said, sizeof(said), "cannot convert %s to %s", from, type);
    else if (is_scalar(type))
        snprintf(said, sizeof(said), "unrecognized type: %s", type);
    else
        snprintf(said, sizeof(said), "cannot restore struct from: %s", from);
    buf_reset(text);
    buf_puts(text, said);
}
