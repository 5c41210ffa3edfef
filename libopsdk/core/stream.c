#include "core/stream.h"

#include "core/object.h"

#include <stdlib.h>
#include <string.h>

enum member { OTHER, METADATA, ITEMS, TYPE, OBJECT };

typedef struct word {
    char text[16];
    size_t len; /* larger than text: cut, equal to nothing */
} word;

struct stream {
    scan scan;
    pack pack;
    const opsdk_kind *kind;
    stream_object_fn *on_object;
    stream_skipped_fn *on_skipped;
    void *user;
    opsdk_error *err; /* of the call that is running */
    const char *why;  /* the text is JSON, but no list or event */
    int code;         /* not 0: dead */
    bool watch;
    bool skipping;        /* up to the next line feed */
    bool items;           /* a list's member was seen */
    bool reported;        /* the event's object was skipped */
    unsigned depth;       /* of the envelope */
    enum member member;   /* whose value is next */
    word word, type;      /* word: the text that arrives now */
    opsdk_object *object; /* of the event that arrives now */
    char *version, *more;
    bool cut; /* see stream_keep */
    const char *const *fields;
};

static int on_token(enum token t, const char *text, size_t len, void *user);

static stream *stream_new(const opsdk_kind *kind, stream_object_fn *on_object, stream_skipped_fn *on_skipped,
                          void *user)
{
    stream *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->kind = kind;
    s->on_object = on_object;
    s->on_skipped = on_skipped;
    s->user = user;
    pack_init(&s->pack);
    return s;
}

stream *stream_list(const opsdk_kind *kind, stream_object_fn *on_object, stream_skipped_fn *on_skipped, void *user)
{
    stream *s = stream_new(kind, on_object, on_skipped, user);

    if (s)
        scan_init(&s->scan, false, on_token, s);
    return s;
}

stream *stream_watch(const opsdk_kind *kind, stream_object_fn *on_object, stream_skipped_fn *on_skipped, void *user)
{
    stream *s = stream_new(kind, on_object, on_skipped, user);

    if (!s)
        return NULL;
    s->watch = true;
    scan_init(&s->scan, true, on_token, s);
    return s;
}

stream *stream_free(stream *s)
{
    if (!s)
        return NULL;
    pack_clear(&s->pack);
    opsdk_object_unref(s->object);
    free(s->version);
    free(s->more);
    free(s);
    return NULL;
}

void stream_keep(stream *s, const char *const *fields)
{
    s->cut = true;
    s->fields = fields;
}

static void word_add(word *w, const char *text, size_t len)
{
    if (w->len + len < sizeof(w->text))
        memcpy(w->text + w->len, text, len);
    w->len = len < sizeof(w->text) ? w->len + len : sizeof(w->text);
    if (w->len > sizeof(w->text))
        w->len = sizeof(w->text);
}

/* Takes the word out, terminated; "" when it is longer than any that is known. */
static word word_take(word *w)
{
    word taken = *w;

    if (taken.len >= sizeof(taken.text))
        taken.len = 0;
    taken.text[taken.len] = '\0';
    w->len = 0;
    return taken;
}

/* The document is JSON but not what it should be: a list is lost then, a line of a watch skipped. */
static int unfit(stream *s, const char *why)
{
    s->why = why;
    return OPSDK_EPROTO;
}

static int out_of_memory(stream *s)
{
    s->code = opsdk_error_set(s->err, OPSDK_ENOMEM, "out of memory for a %s", s->watch ? "watch event" : "list");
    return s->code;
}

static void report(stream *s, const opsdk_error *why)
{
    if (s->on_skipped)
        s->on_skipped(why, s->user);
}

/* *ret stays NULL when the object was skipped. */
static int seal(stream *s, opsdk_object **ret)
{
    opsdk_error err = {0};
    int r = object_seal(s->kind, &s->pack, ret, &err);

    if (r == OPSDK_ENOMEM)
        return out_of_memory(s);
    if (r < 0)
        report(s, &err);
    return 0;
}

static int deliver(stream *s, const char *type, opsdk_object *obj)
{
    int r = s->on_object(type, obj, s->user, s->err);

    if (r < 0)
        s->code = r;
    return s->code;
}

static int item_done(stream *s)
{
    opsdk_object *obj = NULL;
    int r = seal(s, &obj);

    return r == 0 && obj ? deliver(s, NULL, obj) : r;
}

static int object_done(stream *s)
{
    int r;

    s->object = opsdk_object_unref(s->object);
    r = seal(s, &s->object);
    s->reported = r == 0 && !s->object;
    return r;
}

/* A copy of a text member of the packed metadata. */
static int copy_text(stream *s, const char *name, char **ret)
{
    const char *at = node_member(s->pack.out.data, name, strlen(name));
    node n = at ? node_read(at) : (node){.type = OPSDK_ABSENT};

    if (n.type != OPSDK_STRING)
        return 0;
    free(*ret);
    *ret = strdup(n.text);
    return *ret ? 0 : out_of_memory(s);
}

static int metadata_done(stream *s)
{
    int r;

    if (s->pack.why)
        return unfit(s, "the metadata is too large");
    r = copy_text(s, "resourceVersion", &s->version);
    return r < 0 ? r : copy_text(s, "continue", &s->more);
}

/* A value is in the pack, or could not be put there. */
static int packed(int result, void *user)
{
    stream *s = user;
    enum member done = s->member;

    s->scan.pack = NULL;
    if (result < 0)
        return out_of_memory(s);
    if (done == ITEMS)
        return item_done(s);
    s->member = OTHER; /* the next text may be part of a key */
    return done == METADATA ? metadata_done(s) : object_done(s);
}

/* Not what the stream itself, or its owner, reads more of: a Status, a bookmark. */
static bool may_cut(const stream *s)
{
    const char *type = s->type.text;

    if (!s->cut || s->member == METADATA || (s->watch && s->type.len == 0))
        return false;
    return !s->watch || strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0 || strcmp(type, "DELETED") == 0;
}

/* This token, and what follows up to the end of the value. */
static int start_packing(stream *s, enum token t, const char *text, size_t len)
{
    int r;

    pack_reset(&s->pack);
    s->pack.cut = may_cut(s);
    s->pack.fields = s->fields;
    s->scan.pack = &s->pack;
    s->scan.on_packed = packed;
    r = pack_add(&s->pack, t, text, len);
    return r == 0 ? 0 : packed(r, s);
}

/* Does the value that starts here go into the pack? */
static bool is_packed(const stream *s, enum token t)
{
    if (t == TOKEN_KEY || t == TOKEN_END)
        return false;
    if (s->depth == 1)
        return s->member == METADATA || s->member == OBJECT;
    return s->depth == 2 && s->member == ITEMS;
}

static enum member member_of(const stream *s, const char *name)
{
    if (s->watch)
        return strcmp(name, "type") == 0 ? TYPE : strcmp(name, "object") == 0 ? OBJECT : OTHER;
    return strcmp(name, "metadata") == 0 ? METADATA : strcmp(name, "items") == 0 ? ITEMS : OTHER;
}

/* The outermost map is complete. */
static int envelope_done(stream *s)
{
    opsdk_object *obj = s->object;

    if (!s->watch || s->reported)
        return 0;
    if (!obj || s->type.len == 0)
        return unfit(s, "the event lacks a known type or an object");
    s->object = NULL;
    return deliver(s, s->type.text, obj);
}

static int opened(stream *s, enum token t)
{
    if (s->depth == 0 && t != TOKEN_MAP)
        return unfit(s, "it is no JSON object");
    if (s->depth == 1 && s->member == ITEMS) {
        if (t != TOKEN_ARRAY)
            return unfit(s, "items is no array");
        s->items = true;
    }
    s->depth++;
    return 0;
}

static int scalar(stream *s, enum token t)
{
    word w = word_take(&s->word);

    if (s->depth == 0)
        return unfit(s, "it is no JSON object");
    if (s->depth > 1)
        return 0;
    if (s->member == TYPE)
        s->type = t == TOKEN_STRING ? w : (word){.len = 0};
    if (s->member != ITEMS)
        return 0;
    if (t != TOKEN_NULL)
        return unfit(s, "items is no array");
    s->items = true; /* how Go writes an empty list at times */
    return 0;
}

static int on_token(enum token t, const char *text, size_t len, void *user)
{
    stream *s = user;

    if (is_packed(s, t))
        return start_packing(s, t, text, len);

    word_add(&s->word, text, len);
    switch (t) {
    case TOKEN_PART:
        return 0;
    case TOKEN_KEY:
        if (s->depth == 1)
            s->member = member_of(s, word_take(&s->word).text);
        s->word.len = 0;
        return 0;
    case TOKEN_MAP:
    case TOKEN_ARRAY:
        return opened(s, t);
    case TOKEN_END:
        s->depth--;
        return s->depth == 0 ? envelope_done(s) : 0;
    default:
        return scalar(s, t);
    }
}

static void next_line(stream *s)
{
    scan_init(&s->scan, true, on_token, s);
    s->object = opsdk_object_unref(s->object);
    s->reported = s->skipping = false;
    s->depth = 0;
    s->member = OTHER;
    s->word.len = s->type.len = 0;
    s->why = NULL;
}

/* In a list: what is wrong inside of an item costs that item, if its end can be found. */
static bool pass_item(stream *s)
{
    if (s->watch || s->why || s->depth != 2 || s->member != ITEMS || !scan_pass(&s->scan, 2))
        return false;
    s->word.len = 0;
    return true;
}

static void malformed(stream *s)
{
    const char *why = s->why ? s->why : s->scan.why;
    unsigned long long at = s->scan.at;
    opsdk_error err = {0};
    bool passed = pass_item(s);

    if (!s->watch && !passed) {
        s->code = opsdk_error_set(s->err, OPSDK_EPROTO, "the reply is no list, at byte %llu: %s", at, why);
        return;
    }
    opsdk_error_set(&err, OPSDK_EPROTO, "skipped %s, at byte %llu of its %s: %s",
                    passed ? "an object" : "a watch event", at, passed ? "list" : "line", why);
    report(s, &err);
    s->skipping = s->watch;
}

static size_t skip_line(stream *s, const char *data, size_t len)
{
    const char *end = memchr(data, '\n', len);

    if (!end)
        return len;
    next_line(s);
    return (size_t)(end - data) + 1;
}

static size_t scan_some(stream *s, const char *data, size_t len)
{
    size_t used;
    int r = scan_feed(&s->scan, data, len, &used);

    if (s->code == 0 && r == 1)
        next_line(s);
    if (s->code == 0 && r < 0)
        malformed(s);
    return used;
}

int stream_feed(stream *s, const char *data, size_t len, opsdk_error *err)
{
    if (s->code)
        return opsdk_error_set(err, s->code, "the stream was given up before");
    s->err = err;
    while (len > 0 && s->code == 0) {
        size_t used = s->skipping ? skip_line(s, data, len) : scan_some(s, data, len);
        data += used;
        len -= used;
    }
    s->err = NULL;
    return s->code;
}

int stream_end(stream *s, opsdk_error *err)
{
    if (s->code)
        return opsdk_error_set(err, s->code, "the stream was given up before");
    if (s->watch)
        return 0;
    if (scan_end(&s->scan) < 0)
        s->code = opsdk_error_set(err, OPSDK_EPROTO, "the list ends in its midst, after %llu bytes; ask for it again",
                                  (unsigned long long)s->scan.at);
    else if (!s->items)
        s->code = opsdk_error_set(err, OPSDK_EPROTO, "the reply is no list: it has no items");
    return s->code;
}

const char *stream_version(const stream *s)
{
    return s->version ? s->version : "";
}

const char *stream_continue(const stream *s)
{
    return s->more ? s->more : "";
}
