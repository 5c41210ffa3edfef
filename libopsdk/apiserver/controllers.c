#include "apiserver/controllers.h"
#include "apiserver/gc/gc.h"
#include "apiserver/namespace_end.h"

static void on_write(void *user, collection *c, const json_t *obj, item *it)
{
    apiserver *s = user;

    gc_see(s->gc, c, obj, it);
    namespace_ends_see(s->namespace_ends, c, obj, it);
}

int controllers_start(apiserver *s)
{
    s->gc = gc_new(s);
    s->namespace_ends = namespace_ends_new(s);
    if (!s->gc || !s->namespace_ends)
        return -1;
    store_observe(s->objects, on_write, s);
    return 0;
}

void controllers_stop(apiserver *s)
{
    s->gc = gc_free(s->gc);
    s->namespace_ends = namespace_ends_free(s->namespace_ends);
}
