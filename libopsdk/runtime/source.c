#include "runtime/source.h"

#include <string.h>

int source_check(const opsdk_source *s, const char *handler, opsdk_error *err)
{
    int rules = s->owned + !!s->selected_by + !!s->referred_by + !!s->map;

    if (rules == 1)
        return 0;
    return opsdk_error_set(err, OPSDK_EINVAL,
                           "handler %s, source %s: set one of owned, selected_by, referred_by and map, not %d", handler,
                           s->kind->kind, rules);
}

/* Length of the group in an apiVersion: "apps/v1" has 4, "v1" none. */
static size_t group_len(const char *api_version)
{
    const char *slash = strchr(api_version, '/');

    return slash ? (size_t)(slash - api_version) : 0;
}

/* Versions of one kind come and go; kind and group say what it is. */
static bool is_owner(opsdk_value ref, const opsdk_kind *kind)
{
    const char *api_version = opsdk_value_str(opsdk_value_member(ref, "apiVersion"), "");
    size_t len = group_len(kind->api_version);

    return opsdk_value_bool(opsdk_value_member(ref, "controller"), false) &&
           strcmp(opsdk_value_str(opsdk_value_member(ref, "kind"), ""), kind->kind) == 0 &&
           group_len(api_version) == len && strncmp(api_version, kind->api_version, len) == 0;
}

static void add_owner(const source_target *to, const opsdk_object *obj)
{
    const opsdk_kind *kind = to->handler->kind;
    opsdk_value refs = opsdk_at(obj, "/metadata/ownerReferences"), ref = {0};

    while (opsdk_value_next(refs, NULL, &ref)) {
        const char *name = opsdk_value_str(opsdk_value_member(ref, "name"), "");
        if (*name && is_owner(ref, kind))
            queue_add(to->queue, kind->cluster_scoped ? NULL : opsdk_object_key(obj).ns, name);
    }
}

void source_map(const opsdk_source *s, const source_target *to, const watch_change *change)
{
    const opsdk_object *before = source_wants_old(s) ? change->old : NULL; /* others of the kind may want it */
    const opsdk_object *old = change->type == OPSDK_MODIFIED ? before : NULL;
    void *user = to->handler->user;

    if (s->owned) {
        if (old)
            add_owner(to, old);
        add_owner(to, change->now);
    } else if (s->map) {
        if (old)
            s->map(old, false, to->cache, to->queue, user);
        s->map(change->now, change->type == OPSDK_DELETED, to->cache, to->queue, user);
    } else {
        interest_match(to->interest, change->now, to->queue);
        if (before)
            interest_match(to->interest, before, to->queue);
    }
}
