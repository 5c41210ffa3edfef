#include "apiserver/crd/spot.h"

#include "core/limits.h"

void spot_init(spot *s, const char *path, field_errors *errors)
{
    *s = (spot){.errors = errors, .path = BUF_INIT(LIMIT_OBJECT), .text = BUF_INIT(LIMIT_OBJECT)};
    buf_puts(&s->path, path);
}

void spot_clear(spot *s)
{
    buf_clear(&s->path);
    buf_clear(&s->text);
}

size_t spot_child(spot *s, const char *name)
{
    size_t len = s->path.len;

    buf_printf(&s->path, "%s%s", len ? "." : "", name);
    return len;
}

size_t spot_key(spot *s, const char *key)
{
    size_t len = s->path.len;

    buf_printf(&s->path, "[%s]", key);
    return len;
}

size_t spot_index(spot *s, size_t i)
{
    size_t len = s->path.len;

    buf_printf(&s->path, "[%zu]", i);
    return len;
}

void spot_back(spot *s, size_t len)
{
    if (s->path.failed || !s->path.data)
        return;
    s->path.len = len;
    s->path.data[len] = '\0';
}

const char *spot_now(const spot *s)
{
    return s->path.failed || !s->path.data ? "" : s->path.data;
}

const char *spot_at(spot *s, const char *child)
{
    buf_reset(&s->text);
    buf_printf(&s->text, "%s%s%s", spot_now(s), *spot_now(s) ? "." : "", child);
    return s->text.failed ? "" : s->text.data;
}
