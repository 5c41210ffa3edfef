#include "runtime/fresh.h"

static size_t place_of(const compact *c)
{
    return (size_t)(((uint64_t)(uintptr_t)c * 0x9e3779b97f4a7c15u) >> 58) & (FRESH_PLACES - 1);
}

static void leave(fresh *f, struct fresh_place *p)
{
    if (p->obj)
        f->bytes -= opsdk_object_size(p->obj);
    opsdk_object_unref(p->obj);
    *p = (struct fresh_place){0};
}

void fresh_note(fresh *f, const compact *c, const opsdk_object *obj)
{
    struct fresh_place *p = f->places + place_of(c);
    bool held = obj && opsdk_object_size(obj) <= FRESH_MOST;

    if (held || p->of == c)
        leave(f, p);
    if (!held)
        return;
    *p = (struct fresh_place){c, opsdk_object_ref(obj)};
    f->bytes += opsdk_object_size(obj);
}

opsdk_object *fresh_find(const fresh *f, const compact *c)
{
    const struct fresh_place *p = f->places + place_of(c);

    return p->of == c ? opsdk_object_ref(p->obj) : NULL;
}

void fresh_clear(fresh *f)
{
    for (size_t i = 0; i < FRESH_PLACES; i++)
        leave(f, f->places + i);
}
