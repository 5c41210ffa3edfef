#include "client/request.h"
#include "core/limits.h"
#include "core/stream.h"
#include "core/url.h"

#include <opsdk/query.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int opsdk_get(opsdk_client *c, opsdk_key key, opsdk_object **ret, opsdk_error *err)
{
    auto_buf target = {0};
    int r = request_target(c, key, true, NULL, &target, err);

    return r < 0 ? r : request_object(c, &(http_request){.method = "GET", .target = target.data}, key.kind, ret, err);
}

/* One list, over all of its pages. */
typedef struct listing {
    opsdk_client *client;
    const opsdk_kind *kind;
    const char *ns;
    const opsdk_list_opts *opts;
    opsdk_each_fn *each;
    void *user;
    stream *page;
    size_t count;        /* objects so far */
    opsdk_error skipped; /* the first object that could not be read */
    char *next;          /* continue token; NULL: none */
} listing;

static int on_object(const char *type, opsdk_object *obj, void *user, opsdk_error *err)
{
    listing *l = user;
    int r = l->each(obj, l->user);

    (void)type;
    l->count++;
    opsdk_object_unref(obj);
    return r < 0 ? opsdk_error_set(err, r, "the list was ended by its caller") : 0;
}

static void on_skipped(const opsdk_error *why, void *user)
{
    listing *l = user;

    if (!l->skipped.code)
        l->skipped = *why;
}

static int on_bytes(const char *data, size_t len, void *user, opsdk_error *err)
{
    listing *l = user;

    return stream_feed(l->page, data, len, err);
}

static int page_target(const listing *l, int page, buf *ret, opsdk_error *err)
{
    const opsdk_list_opts *o = l->opts;
    char limit[16];

    ret->max = LIMIT_URL;
    snprintf(limit, sizeof(limit), "%d", page);
    url_resource(ret, l->kind, l->ns, NULL, NULL);
    url_query(ret, "labelSelector", o->labels);
    url_query(ret, "fieldSelector", o->fields);
    url_query(ret, "limit", page > 0 ? limit : NULL);
    url_query(ret, "continue", l->next);
    return ret->failed ? opsdk_error_set(err, OPSDK_EINVAL, "the list of %s: namespace empty or selectors too long",
                                         l->kind->plural)
                       : 0;
}

static int read_page(listing *l, int page, opsdk_error *err)
{
    auto_buf target = {0};
    int r = page_target(l, page, &target, err);
    const char *next;

    if (r < 0)
        return r;
    r = http_call(l->client, &(http_request){.method = "GET", .target = target.data, .sink = on_bytes, .user = l}, NULL,
                  err);
    if (r == 0)
        r = stream_end(l->page, err);
    if (r < 0)
        return r;
    next = stream_continue(l->page);
    free(l->next);
    l->next = *next ? strdup(next) : NULL;
    return *next && !l->next ? opsdk_error_set(err, OPSDK_ENOMEM, "out of memory") : 0;
}

/* page 0: all at once. */
static int read_pages(listing *l, int page, opsdk_error *err)
{
    int r;

    do {
        size_t before = l->count;
        bool skipped = l->skipped.code;

        l->page = stream_list(l->kind, on_object, on_skipped, l);
        r = l->page ? read_page(l, page, err) : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
        l->page = stream_free(l->page);
        if (r == 0 && l->next && l->count == before && skipped == !!l->skipped.code)
            r = opsdk_error_set(err, OPSDK_EPROTO, "the list of %s: an empty page that promises more", l->kind->plural);
    } while (r == 0 && l->next);
    free(l->next);
    l->next = NULL;
    return r;
}

static int page_size(const opsdk_list_opts *opts)
{
    return opts->page > 0 ? opts->page : LIMIT_PAGE;
}

/* An incomplete list must not pass for a complete one. */
static int complain(const listing *l, opsdk_error *err)
{
    if (!l->skipped.code)
        return 0;
    if (err)
        *err = l->skipped;
    return opsdk_error_wrap(err, OPSDK_EPROTO, "the list of %s has an object that cannot be read", l->kind->plural);
}

int opsdk_list_each(opsdk_client *c, const opsdk_kind *kind, const char *ns, const opsdk_list_opts *opts,
                    opsdk_each_fn *each, void *user, opsdk_error *err)
{
    const opsdk_list_opts none = {0};
    listing l = {.client = c, .kind = kind, .ns = ns, .opts = opts ? opts : &none, .each = each, .user = user};
    int r = read_pages(&l, page_size(l.opts), err);

    return r < 0 ? r : complain(&l, err);
}

typedef struct collection {
    opsdk_objects objects;
    size_t room;
} collection;

static int collect(const opsdk_object *obj, void *user)
{
    collection *all = user;

    if (all->objects.len == all->room) {
        size_t room = all->room ? 2 * all->room : 16;
        opsdk_object **items = realloc(all->objects.items, room * sizeof(*items));
        if (!items)
            return OPSDK_ENOMEM;
        all->objects.items = items;
        all->room = room;
    }
    all->objects.items[all->objects.len++] = opsdk_object_ref(obj);
    return 0;
}

int opsdk_list(opsdk_client *c, const opsdk_kind *kind, const char *ns, const opsdk_list_opts *opts, opsdk_objects *ret,
               opsdk_error *err)
{
    const opsdk_list_opts none = {0};
    collection all = {0};
    opsdk_error why = {0};
    listing l = {.client = c, .kind = kind, .ns = ns, .opts = opts ? opts : &none, .each = collect, .user = &all};
    int r = read_pages(&l, page_size(l.opts), &why);

    if (r == OPSDK_EGONE) { /* the token expired: once more, in one piece, which cannot expire */
        opsdk_objects_clear(&all.objects);
        all.room = 0;
        l.skipped.code = 0;
        r = read_pages(&l, 0, &why);
    }
    if (r == 0)
        r = complain(&l, &why);
    if (r < 0) {
        opsdk_objects_clear(&all.objects);
        if (err)
            *err = why;
        return r;
    }
    *ret = all.objects;
    return 0;
}
