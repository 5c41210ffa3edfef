#include "core/compact.h"

#include "core/buf.h"
#include "core/limits.h"
#include "core/object.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum {
    LEVEL = 1,             /* higher ones cost twice the time and save a tenth */
    RAW_BELOW = 256,       /* bytes of what is not worth opening */
    ALONE_FROM = 4 << 10,  /* bytes from which packing pays without a dictionary */
    SAMPLE_MAX = 16 << 10, /* bytes of one object in a dictionary */
    WINDOW = 1024          /* objects after which it is asked whether the dictionary still pays */
};

/* Shared by the compacts that need it. */
typedef struct dictionary {
    atomic_uint refs;
    ZSTD_CDict *pack;
    ZSTD_DDict *open;
    _Atomic(ZSTD_DCtx *) spare; /* whoever opens takes it, or makes one, and leaves one */
} dictionary;

struct compactor {
    ZSTD_CCtx *zstd;
    dictionary *dict; /* NULL: none yet */
    unsigned dicts;   /* made so far */
    bool sampling;    /* the next objects make the next dictionary */
    buf samples;
    buf room;        /* what is being packed */
    unsigned packed; /* objects in this window, and their bytes before and after */
    uint64_t before, after;
    double ratio; /* after through before in the dictionary's first window; 0: not yet known */
};

struct compact {
    atomic_uint refs;
    uint32_t len, raw;                 /* bytes of data, and of it opened; the same: not packed */
    uint32_t name, uid, version, data; /* places in text; the namespace is at its start */
    bool ns;
    const opsdk_kind *kind;
    dictionary *dict; /* NULL: packed without */
    char text[];      /* namespace, name, uid and version, each with a NUL; data */
};

static dictionary *dictionary_unref(dictionary *d)
{
    if (!d || atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    ZSTD_freeCDict(d->pack);
    ZSTD_freeDDict(d->open);
    ZSTD_freeDCtx(atomic_load(&d->spare));
    free(d);
    return NULL;
}

static dictionary *dictionary_new(const buf *samples)
{
    dictionary *d = calloc(1, sizeof(*d));

    if (!d)
        return NULL;
    atomic_init(&d->refs, 1);
    d->pack = ZSTD_createCDict(samples->data, samples->len, LEVEL);
    d->open = ZSTD_createDDict(samples->data, samples->len);
    return d->pack && d->open ? d : dictionary_unref(d);
}

/* --- compactor --- */

compactor *compactor_new(void)
{
    compactor *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    c->samples = BUF_INIT(LIMIT_DICTIONARY);
    c->room = BUF_INIT(ZSTD_COMPRESSBOUND(LIMIT_OBJECT));
    c->sampling = true;
    return c;
}

compactor *compactor_free(compactor *c)
{
    if (!c)
        return NULL;
    ZSTD_freeCCtx(c->zstd);
    dictionary_unref(c->dict);
    buf_clear(&c->samples);
    buf_clear(&c->room);
    free(c);
    return NULL;
}

static void start_window(compactor *c)
{
    c->packed = 0;
    c->before = c->after = 0;
}

/* The samples are complete: what comes from now on is packed by them.  Without memory for it all stays as it was. */
static void take_dictionary(compactor *c)
{
    dictionary *d = dictionary_new(&c->samples);

    c->sampling = false;
    buf_clear(&c->samples);
    if (!d)
        return;
    dictionary_unref(c->dict);
    c->dict = d;
    c->dicts++;
    c->ratio = 0;
    start_window(c);
}

static void add_sample(compactor *c, const char *data, size_t len)
{
    size_t left = LIMIT_DICTIONARY - c->samples.len, n = len < SAMPLE_MAX ? len : SAMPLE_MAX;

    buf_add(&c->samples, data, n < left ? n : left);
    if (c->samples.len == LIMIT_DICTIONARY)
        take_dictionary(c);
}

/* At the end of a window: objects that pack much worse than the first ones did are not what the dictionary was made of. */
static void judge(compactor *c)
{
    double ratio = (double)c->after / (double)c->before;

    if (c->ratio == 0)
        c->ratio = ratio;
    else if (ratio > c->ratio * 1.5)
        c->sampling = c->dicts < LIMIT_DICTIONARIES;
    start_window(c);
}

static void count(compactor *c, size_t before, size_t after)
{
    c->before += before;
    c->after += after;
    c->packed++;
    if (c->dict && c->packed == WINDOW)
        judge(c);
}

/* Packs len bytes into room; false when they stay as they are. */
static bool squeeze(compactor *c, const char *data, size_t len)
{
    size_t n;

    if (len < RAW_BELOW || (!c->dict && len < ALONE_FROM))
        return false;
    if (!c->zstd)
        c->zstd = ZSTD_createCCtx();
    buf_reset(&c->room);
    if (!c->zstd || !buf_reserve(&c->room, ZSTD_compressBound(len)))
        return false;
    n = c->dict ? ZSTD_compress_usingCDict(c->zstd, c->room.data, c->room.cap, data, len, c->dict->pack)
                : ZSTD_compressCCtx(c->zstd, c->room.data, c->room.cap, data, len, LEVEL);
    if (ZSTD_isError(n)) { /* out of memory: libzstd 1.5 must not be asked again with a context that this happened to */
        ZSTD_freeCCtx(c->zstd);
        c->zstd = NULL;
        return false;
    }
    c->room.len = n;
    return n < len;
}

static char *put_text(char *at, const char *text, size_t len)
{
    memcpy(at, text, len + 1);
    return at + len + 1;
}

compact *compactor_pack(compactor *c, const opsdk_object *obj)
{
    const char *uid = opsdk_object_uid(obj), *version = opsdk_object_version(obj), *data = object_data(obj);
    size_t raw = object_len(obj), ns_len, name_len, uid_len = strlen(uid), version_len = strlen(version);
    opsdk_key key = opsdk_object_key(obj);
    bool packed = squeeze(c, data, raw);
    size_t len = packed ? c->room.len : raw;
    compact *k;
    char *at;

    ns_len = key.ns ? strlen(key.ns) : 0;
    name_len = strlen(key.name);
    k = malloc(sizeof(*k) + ns_len + name_len + uid_len + version_len + 4 + len);
    if (!k)
        return NULL;
    *k = (compact){.len = (uint32_t)len, .raw = (uint32_t)raw, .ns = key.ns, .kind = key.kind};
    atomic_init(&k->refs, 1);
    at = put_text(k->text, key.ns ? key.ns : "", ns_len);
    k->name = (uint32_t)(at - k->text);
    at = put_text(at, key.name, name_len);
    k->uid = (uint32_t)(at - k->text);
    at = put_text(at, uid, uid_len);
    k->version = (uint32_t)(at - k->text);
    at = put_text(at, version, version_len);
    k->data = (uint32_t)(at - k->text);
    memcpy(at, packed ? c->room.data : data, len);
    if (packed && c->dict) {
        atomic_fetch_add_explicit(&c->dict->refs, 1, memory_order_relaxed);
        k->dict = c->dict;
    }
    count(c, raw, len);
    if (c->sampling)
        add_sample(c, data, raw);
    return k;
}

/* --- compact --- */

compact *compact_ref(const compact *c)
{
    compact *counted = (compact *)c;

    atomic_fetch_add_explicit(&counted->refs, 1, memory_order_relaxed);
    return counted;
}

compact *compact_unref(compact *c)
{
    if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    dictionary_unref(c->dict);
    free(c);
    return NULL;
}

/* Takes the spare context, or makes one. */
static ZSTD_DCtx *take_context(dictionary *d)
{
    ZSTD_DCtx *z = d ? atomic_exchange(&d->spare, NULL) : NULL;

    return z ? z : ZSTD_createDCtx();
}

static void leave_context(dictionary *d, ZSTD_DCtx *z)
{
    ZSTD_freeDCtx(d ? atomic_exchange(&d->spare, z) : z);
}

static int unpack(const compact *c, char *to)
{
    const char *from = c->text + c->data;
    ZSTD_DCtx *z;
    size_t n;

    if (c->len == c->raw) {
        memcpy(to, from, c->len);
        return 0;
    }
    z = take_context(c->dict);
    if (!z)
        return OPSDK_ENOMEM;
    n = c->dict ? ZSTD_decompress_usingDDict(z, to, c->raw, from, c->len, c->dict->open)
                : ZSTD_decompressDCtx(z, to, c->raw, from, c->len);
    leave_context(c->dict, z);
    return n == c->raw ? 0 : OPSDK_ENOMEM; /* nothing but memory can be missing: the bytes are ours */
}

int compact_open(const compact *c, opsdk_object **ret)
{
    opsdk_object *obj = object_new(c->kind, c->raw);

    if (!obj)
        return OPSDK_ENOMEM;
    if (unpack(c, object_room(obj)) < 0) {
        opsdk_object_unref(obj);
        return OPSDK_ENOMEM;
    }
    object_complete(obj);
    *ret = obj;
    return 0;
}

opsdk_key compact_key(const compact *c)
{
    return OPSDK_KEY(c->kind, c->ns ? c->text : NULL, c->text + c->name);
}

const char *compact_uid(const compact *c)
{
    return c->text + c->uid;
}

const char *compact_version(const compact *c)
{
    return c->text + c->version;
}

size_t compact_size(const compact *c)
{
    return sizeof(*c) + c->data + c->len;
}
