#include "template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *value_of(const template_value *values, const char *name, size_t len)
{
    for (; values->name; values++)
        if (strlen(values->name) == len && memcmp(values->name, name, len) == 0)
            return values->value;
    return NULL;
}

/* Puts what stands between p and end; a name in braces gives its value. */
static void put(FILE *to, const char *p, const char *end, const template_value *values)
{
    while (p < end) {
        const char *open = memmem(p, (size_t)(end - p), "{{", 2);
        const char *close = open ? memmem(open, (size_t)(end - open), "}}", 2) : NULL;
        const char *value = close ? value_of(values, open + 2, (size_t)(close - open - 2)) : NULL;

        if (!value) { /* C has such braces too */
            size_t n = open ? (size_t)(open - p) + 1 : (size_t)(end - p);

            fwrite(p, 1, n, to);
            p += n;
            continue;
        }
        fwrite(p, 1, (size_t)(open - p), to);
        fputs(value, to);
        p = close + 2;
    }
}

static bool wanted(const char **line, const char *end, const template_value *values)
{
    const char *close = strncmp(*line, "{{?", 3) == 0 ? memmem(*line, (size_t)(end - *line), "}}", 2) : NULL;
    const char *value;

    if (!close)
        return true;
    value = value_of(values, *line + 3, (size_t)(close - *line - 3));
    *line = close + 2;
    return value && strcmp(value, "yes") == 0;
}

char *template_render(const char *text, const template_value *values)
{
    char *ret = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&ret, &len);

    if (!to)
        return NULL;
    for (const char *line = text, *next; *line; line = next) {
        const char *end = strchr(line, '\n');

        end = end ? end + 1 : line + strlen(line);
        next = end;
        if (wanted(&line, end, values))
            put(to, line, end, values);
    }
    if (fclose(to) == 0)
        return ret;
    free(ret);
    return NULL;
}

char *template_of(const char *name, const template_value *values)
{
    const template *t = template_table;

    while (t->name && strcmp(t->name, name) != 0)
        t++;
    return t->name ? template_render(t->text, values) : NULL;
}
