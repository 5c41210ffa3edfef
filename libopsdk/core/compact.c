#include "core/compact.h"

#include "core/buf.h"
#include "core/dictionary.h"
#include "core/limits.h"
#include "core/object.h"
#include "core/region.h"
#include "core/sampler.h"
#include "core/uid.h"

#define ZSTD_STATIC_LINKING_ONLY /* for the names of two parameters; no functions of that kind are called */
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* docs/performance.md has what these cost and save. */
enum {
    LEVEL = 1,
    STEP = 4,             /* bytes between two looks for a match */
    RAW_BELOW = 256,      /* bytes of what is not worth opening */
    ALONE_FROM = 4 << 10, /* bytes from which packing pays without a dictionary */
    WINDOW = 1024         /* objects after which it is asked whether the dictionary still pays */
};

/* AddressSanitizer sees the end of each compact only when it is an allocation of its own. */
#ifdef __SANITIZE_ADDRESS__
enum { TOGETHER = 0 };
#else
enum { TOGETHER = REGION_MOST };
#endif

struct compactor {
    ZSTD_CCtx *zstd;  /* with the dictionary loaded; NULL: none yet */
    dictionary *none; /* of those packed without one */
    dictionary *dict; /* NULL: none yet */
    unsigned dicts;   /* made so far */
    sampler sampler;  /* active: the next objects make the next dictionary */
    region *region;   /* of compacts that are no larger than TOGETHER */
    buf plain, room;  /* what is being packed: without identity, and small */
    unsigned packed;  /* objects in this window, and their bytes before and after */
    uint64_t before, after;
    double ratio; /* after through before in the dictionary's first window; 0: not yet known */
};

struct compact {
    atomic_uint refs;
    uint32_t len;     /* bytes of data */
    uint32_t raw;     /* of it opened; the same: not packed */
    bool ns : 1;      /* has a namespace */
    bool uid : 1;     /* has a uid of 16 bytes */
    bool alone : 1;   /* is not in a region */
    uint16_t at;      /* where in the region it is */
    dictionary *dict; /* counted */
    char text[];      /* the uid, if it is that; namespace, name, version, else the uid, each with a NUL; data */
};

/* The parts of text are looked for: that costs less than it would to keep their places in each object. */

static const char *behind(const char *text)
{
    return text + strlen(text) + 1;
}

static const char *ns_of(const compact *c)
{
    return c->text + (c->uid ? UID_BYTES : 0);
}

static const char *version_of(const compact *c)
{
    return behind(behind(ns_of(c)));
}

static const char *data_of(const compact *c)
{
    const char *uid = behind(version_of(c));

    return c->uid ? uid : behind(uid);
}

/* --- compactor --- */

compactor *compactor_new(void)
{
    compactor *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    c->region = region_new();
    if (!c->region) {
        free(c);
        return NULL;
    }
    c->plain = BUF_INIT(LIMIT_OBJECT);
    c->room = BUF_INIT(ZSTD_COMPRESSBOUND(LIMIT_OBJECT));
    sampler_start(&c->sampler);
    return c;
}

compactor *compactor_free(compactor *c)
{
    if (!c)
        return NULL;
    ZSTD_freeCCtx(c->zstd);
    dictionary_unref(c->dict);
    dictionary_unref(c->none);
    sampler_clear(&c->sampler);
    region_free(c->region);
    buf_clear(&c->plain);
    buf_clear(&c->room);
    free(c);
    return NULL;
}

static void start_window(compactor *c)
{
    c->packed = 0;
    c->before = c->after = 0;
}

/* A context for packing, by a dictionary when there is one; NULL when out of memory. */
static ZSTD_CCtx *context_new(const char *dict, size_t len)
{
    ZSTD_CCtx *z = ZSTD_createCCtx();

    if (!z)
        return NULL;
    ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(z, ZSTD_c_targetLength, STEP);
    ZSTD_CCtx_setParameter(z, ZSTD_c_contentSizeFlag, 0);
    ZSTD_CCtx_setParameter(z, ZSTD_c_dictIDFlag, 0);
    /* these only make it quicker, and smaller: other versions of libzstd may refuse them */
    ZSTD_CCtx_setParameter(z, ZSTD_c_forceAttachDict, ZSTD_dictForceAttach);
    ZSTD_CCtx_setParameter(z, ZSTD_c_literalCompressionMode, ZSTD_ps_enable);
    if (dict && ZSTD_isError(ZSTD_CCtx_loadDictionary(z, dict, len))) {
        ZSTD_freeCCtx(z);
        return NULL;
    }
    return z;
}

/* What comes from now on is packed by what the sampler made.  Without memory for it all stays as it was. */
static void take_dictionary(compactor *c)
{
    auto_buf room = BUF_INIT(LIMIT_DICTIONARY + SAMPLE_HEADER);
    ZSTD_CCtx *z = NULL;
    const char *text;
    dictionary *d;
    size_t len;

    text = sampler_finish(&c->sampler, LEVEL, &room, &len);
    d = dictionary_new(dictionary_kind(c->none), text, len);
    if (d)
        z = context_new(text, len);
    sampler_clear(&c->sampler);
    if (!z) {
        dictionary_unref(d);
        return;
    }
    ZSTD_freeCCtx(c->zstd);
    c->zstd = z;
    dictionary_unref(c->dict);
    c->dict = d;
    c->dicts++;
    c->ratio = 0;
    start_window(c);
}

static void sample_again(compactor *c)
{
    if (c->dicts < LIMIT_DICTIONARIES && !c->sampler.active)
        sampler_start(&c->sampler);
}

/* At the end of a window: objects that pack much worse than the first ones did are not what the dictionary was made of. */
static void judge(compactor *c)
{
    double ratio = (double)c->after / (double)c->before;

    if (c->ratio == 0)
        c->ratio = ratio;
    else if (ratio > c->ratio * 1.5)
        sample_again(c);
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

/* The dictionary goes with its context: libzstd 1.5 must not be asked again with one that ran out of memory. */
static void lose_context(compactor *c)
{
    ZSTD_freeCCtx(c->zstd);
    c->zstd = NULL;
    if (!c->dict)
        return;
    c->dict = dictionary_unref(c->dict);
    sample_again(c);
}

/* Packs len bytes into room; false when they stay as they are. */
static bool squeeze(compactor *c, const char *data, size_t len)
{
    size_t n;

    if (len < RAW_BELOW || (!c->dict && len < ALONE_FROM))
        return false;
    if (!c->zstd)
        c->zstd = context_new(NULL, 0);
    buf_reset(&c->room);
    if (!c->zstd || !buf_reserve(&c->room, ZSTD_compressBound(len)))
        return false;
    n = ZSTD_compress2(c->zstd, c->room.data, c->room.cap, data, len);
    if (ZSTD_isError(n)) {
        lose_context(c);
        return false;
    }
    c->room.len = n;
    return n < len;
}

/* Compacts of another kind need another dictionary.  False when out of memory. */
static bool know_kind(compactor *c, const opsdk_kind *kind)
{
    dictionary *none;

    if (c->none && dictionary_kind(c->none) == kind)
        return true;
    none = dictionary_new(kind, NULL, 0);
    if (!none)
        return false;
    lose_context(c);
    dictionary_unref(c->none);
    c->none = none;
    return true;
}

/* What a compact has beside of data need not be in data: text stands for some of obj's. */
static void blank(const opsdk_object *obj, char *copy, const char *text)
{
    size_t at = (size_t)(text - object_data(obj));

    if (*text)
        memset(copy + at, '0', strlen(text));
}

/* A copy of the data without what identifies it; NULL: out of memory. */
static const char *without_identity(compactor *c, const opsdk_object *obj)
{
    opsdk_key key = opsdk_object_key(obj);

    buf_reset(&c->plain);
    buf_add(&c->plain, object_data(obj), object_len(obj));
    if (c->plain.failed)
        return NULL;
    if (key.ns)
        blank(obj, c->plain.data, key.ns);
    blank(obj, c->plain.data, key.name);
    blank(obj, c->plain.data, opsdk_object_uid(obj));
    blank(obj, c->plain.data, opsdk_object_version(obj));
    return c->plain.data;
}

static char *put_text(char *at, const char *text)
{
    return stpcpy(at, text) + 1;
}

static compact *take(region *r, size_t size)
{
    uint16_t at = 0;
    compact *k = size <= TOGETHER ? region_take(r, size, &at) : malloc(size);

    if (!k)
        return NULL;
    *k = (compact){.alone = size > TOGETHER, .at = at};
    atomic_init(&k->refs, 1);
    return k;
}

/* One without data yet, which goes to *ret_data; NULL when out of memory. */
static compact *compact_new(region *r, const opsdk_object *obj, size_t len, char **ret_data)
{
    const char *uid = opsdk_object_uid(obj), *version = opsdk_object_version(obj);
    opsdk_key key = opsdk_object_key(obj);
    unsigned char bytes[UID_BYTES];
    bool parsed = uid_parse(uid, bytes);
    compact *k;
    char *at;

    k = take(r, sizeof(*k) + (key.ns ? strlen(key.ns) : 0) + strlen(key.name) + strlen(version) + 3 +
                    (parsed ? UID_BYTES : strlen(uid) + 1) + len);
    if (!k)
        return NULL;
    k->len = (uint32_t)len;
    k->raw = (uint32_t)object_len(obj);
    k->ns = key.ns;
    k->uid = parsed;
    at = k->text;
    if (parsed)
        at = mempcpy(at, bytes, UID_BYTES);
    at = put_text(at, key.ns ? key.ns : "");
    at = put_text(at, key.name);
    at = put_text(at, version);
    *ret_data = parsed ? at : put_text(at, uid);
    return k;
}

compact *compactor_pack(compactor *c, const opsdk_object *obj)
{
    size_t raw = object_len(obj), len;
    const char *plain;
    bool packed;
    compact *k;
    char *data;

    if (!know_kind(c, opsdk_object_key(obj).kind))
        return NULL;
    plain = without_identity(c, obj);
    packed = plain && squeeze(c, plain, raw);
    len = packed ? c->room.len : raw;
    k = compact_new(c->region, obj, len, &data);
    if (!k)
        return NULL;
    memcpy(data, packed ? c->room.data : object_data(obj), len);
    k->dict = dictionary_ref(packed && c->dict ? c->dict : c->none);
    count(c, raw, len);
    if (plain && c->sampler.active && sampler_add(&c->sampler, plain, raw))
        take_dictionary(c);
    return k;
}

/* Of a dictionary the context is the only one that has the tables. */
void compactor_rest(compactor *c)
{
    buf_clear(&c->plain);
    buf_clear(&c->room);
    if (c->none)
        dictionary_rest(c->none);
    if (c->dict)
        return;
    ZSTD_freeCCtx(c->zstd);
    c->zstd = NULL;
}

/* libzstd's functions for that are in the part that may change. */
size_t compactor_size(const compactor *c)
{
    enum { CONTEXT = 192 << 10, TABLES = 48 << 10 }; /* of 1.5, for objects of usual size: near enough */
    size_t dict = c->dict ? dictionary_size(c->dict) + dictionary_len(c->dict) + TABLES : 0;

    return sizeof(*c) + (c->zstd ? CONTEXT : 0) + dict + c->sampler.data.cap + c->plain.cap + c->room.cap;
}

size_t compactor_room(const compactor *c)
{
    return region_size(c->region);
}

typedef struct tidying {
    compactor *compactor;
    const compactor_owner *owner;
} tidying;

static size_t block_size(const void *block)
{
    return compact_size(block);
}

/* The owner does not have what was given back, of which nothing but its text may be looked at. */
static void move(void *block, void *user)
{
    size_t size = compact_size(block), head = offsetof(compact, len);
    tidying *t = user;
    compact *copy;
    uint16_t at;

    if (!t->owner->has(block, t->owner->user))
        return;
    copy = take(t->compactor->region, size);
    if (!copy)
        return;
    at = copy->at;
    memcpy((char *)copy + head, (const char *)block + head, size - head); /* the count is its own */
    copy->at = at;
    dictionary_ref(copy->dict);
    t->owner->replace(copy, t->owner->user);
}

void compactor_tidy(compactor *c, size_t part, size_t most, const compactor_owner *owner)
{
    region_tidy(c->region, part, most, &(region_mover){block_size, move, &(tidying){c, owner}});
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
    if (c->alone)
        free(c);
    else
        region_give(c, compact_size(c), c->at);
    return NULL;
}

/* Back where it was blanked: at text, which is in an object of ours, or empty. */
static void fill(const char *text, const char *with)
{
    memcpy((char *)text, with, strlen(text));
}

static void fill_identity(const compact *c, opsdk_object *obj)
{
    opsdk_key key = opsdk_object_key(obj);
    const char *uid = opsdk_object_uid(obj);

    if (key.ns)
        fill(key.ns, ns_of(c));
    fill(key.name, behind(ns_of(c)));
    fill(opsdk_object_version(obj), version_of(c));
    if (c->uid)
        uid_print((const unsigned char *)c->text, (char *)uid);
    else
        fill(uid, behind(version_of(c)));
}

int compact_open(const compact *c, opsdk_object **ret)
{
    opsdk_object *obj = object_new(dictionary_kind(c->dict), c->raw);
    bool packed = c->len != c->raw;

    if (!obj)
        return OPSDK_ENOMEM;

    if (!packed)
        memcpy(object_room(obj), data_of(c), c->len);
    else if (dictionary_open(c->dict, data_of(c), c->len, object_room(obj), c->raw) < 0)
        obj = opsdk_object_unref(obj);
    if (!obj)
        return OPSDK_ENOMEM;
    object_complete(obj);
    if (packed)
        fill_identity(c, obj);
    *ret = obj;
    return 0;
}

opsdk_key compact_name(const compact *c)
{
    const char *ns = ns_of(c);

    return OPSDK_KEY(NULL, c->ns ? ns : NULL, behind(ns));
}

opsdk_key compact_key(const compact *c)
{
    opsdk_key key = compact_name(c);

    key.kind = dictionary_kind(c->dict);
    return key;
}

const char *compact_version(const compact *c)
{
    return version_of(c);
}

bool compact_has_uid(const compact *c, const char *uid)
{
    unsigned char bytes[UID_BYTES];

    if (!c->uid)
        return strcmp(behind(version_of(c)), uid) == 0;
    return uid_parse(uid, bytes) && memcmp(bytes, c->text, UID_BYTES) == 0;
}

size_t compact_size(const compact *c)
{
    return sizeof(*c) + (size_t)(data_of(c) - c->text) + c->len;
}

bool compact_alone(const compact *c)
{
    return c->alone;
}
