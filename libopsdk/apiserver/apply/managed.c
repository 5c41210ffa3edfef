/* managedFields after a write that is no apply. */
#include "apiserver/apply/managed.h"
#include "apiserver/apply/updater.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"

#include <string.h>

static json_t *entries_of(const json_t *obj)
{
    return json_object_get(json_object_get(obj, "metadata"), "managedFields");
}

/* A list that says "forget them all". */
static bool is_reset(const json_t *list)
{
    const json_t *only = json_array_get(list, 0);

    return json_is_array(list) && (json_array_size(list) == 0 ||
                                   (json_array_size(list) == 1 && json_is_object(only) && json_object_size(only) == 0));
}

/* What the client sent counts, unless it is nothing, invalid or came with a subresource. */
static void start(pool *mem, const managed_write *w, const json_t *sent, const json_t *stored, entries *ret)
{
    const char *problem;

    *ret = (entries){0};
    if (!*w->sub && is_reset(sent))
        sent = stored = NULL;
    else if (!*w->sub && entries_read(mem, w, sent, ret, &problem) == 0 && json_array_size(sent))
        return;
    if (entries_read(mem, w, stored, ret, &problem) < 0)
        entries_read(mem, w, NULL, ret, &problem);
}

/* 0: the entries are updated; 1: nobody is to own anything. */
static int track(pool *mem, const managed_write *w, const json_t *obj, const json_t *old, entries *all)
{
    json_auto_t *blank = old ? NULL : updater_blank(w);

    if (old && !all->any)
        return 1; /* since a time before there were managedFields: the first apply begins to track */
    return updater_update(mem, w, w->manager, old ? old : blank, obj, all) < 0 ? 1 : 0;
}

int managed_update(const managed_write *w, json_t *obj, const json_t *old, failure *why)
{
    json_t *meta = json_object_get(obj, "metadata"), *list = NULL;
    json_auto_t *sent = json_incref(entries_of(obj));
    auto_pool mem = POOL_INIT;
    entries all;

    if (!json_is_object(meta))
        return 0;
    if (sent)
        json_object_del(meta, "managedFields");
    start(&mem, w, sent, entries_of(old), &all);
    if (track(&mem, w, obj, old, &all) == 0)
        list = entries_json(&mem, &all);
    if (mem.failed)
        return failure_memory(why);
    if (list && json_object_set_new_nocheck(meta, "managedFields", list) < 0)
        return failure_memory(why);
    return 0;
}

/* ---- times ---- */

static bool same_but_time(const json_t *a, const json_t *b)
{
    const char *name;
    json_t *value;
    size_t others = 0;

    json_object_foreach((json_t *)a, name, value)
    {
        bool is_time = strcmp(name, "time") == 0;
        others += !is_time;
        if (!is_time && !json_equal(value, json_object_get(b, name)))
            return false;
    }
    return others == json_object_size(b) - (json_object_get(b, "time") != NULL);
}

static bool same_but_times(const json_t *a, const json_t *b)
{
    size_t n = json_array_size(a);

    if (n == 0 || json_array_size(b) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!same_but_time(json_array_get(a, i), json_array_get(b, i)))
            return false;
    }
    return true;
}

static bool same_but_for(const json_t *a, const json_t *b, const char *but)
{
    const char *name;
    json_t *value;

    if (json_object_size(a) != json_object_size(b))
        return false;
    json_object_foreach((json_t *)a, name, value)
    {
        if (strcmp(name, but) != 0 && !json_equal(value, json_object_get(b, name)))
            return false;
    }
    return true;
}

bool managed_is_unchanged(json_t *obj, const json_t *old)
{
    json_t *meta = json_object_get(obj, "metadata"), *list = entries_of(obj), *was = entries_of(old);

    if (!same_but_for(obj, old, "metadata") || !same_but_for(meta, json_object_get(old, "metadata"), "managedFields"))
        return false;
    if ((!list && !was) || json_equal(list, was))
        return true;
    if (!same_but_times(list, was))
        return false;
    return json_object_set_new_nocheck(meta, "managedFields", json_clone(was)) == 0;
}
