#include "tests/conformance/vars.h"

#include "tests/conformance/tool.h"

#include <string.h>

void vars_clear(vars *v)
{
    json_decref(v->all);
    v->all = NULL;
}

void vars_set(vars *v, const char *name, const char *value)
{
    if (!v->all)
        v->all = keep(json_object());
    if (json_object_set_new(v->all, name, json_string(value)) < 0)
        die("out of memory, or ${%s} would not be text", name);
}

const char *vars_get(const vars *v, const char *name)
{
    return json_string_value(json_object_get(v->all, name));
}

void vars_expand(const vars *v, const char *where, const char *text, size_t len, buf *out)
{
    const char *end = text + len;

    while (text < end) {
        const char *start = memmem(text, (size_t)(end - text), "${", 2), *stop;
        char name[64];
        const char *value;

        buf_add(out, text, (size_t)((start ? start : end) - text));
        if (!start)
            return;
        stop = memchr(start, '}', (size_t)(end - start));
        if (!stop || (size_t)(stop - start - 2) >= sizeof(name))
            die("%s: ${ without its }", where);
        memcpy(name, start + 2, (size_t)(stop - start - 2));
        name[stop - start - 2] = '\0';
        value = vars_get(v, name);
        if (!value)
            die("%s: ${%s} is not set", where, name);
        buf_puts(out, value);
        text = stop + 1;
    }
}

char *vars_text(const vars *v, const char *where, const char *text)
{
    auto_buf out = BUF_INIT(TOOL_TEXT_MAX);

    buf_puts(&out, "");
    vars_expand(v, where, text, strlen(text), &out);
    return keep(buf_take(&out, NULL));
}
