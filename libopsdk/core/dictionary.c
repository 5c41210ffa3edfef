#include "core/dictionary.h"

#include <opsdk/error.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <zstd.h>

struct dictionary {
    atomic_uint refs;
    size_t len; /* of the text */
    const opsdk_kind *kind;
    ZSTD_DDict *text;           /* NULL: none */
    _Atomic(ZSTD_DCtx *) spare; /* whoever opens takes it, or makes one, and leaves one */
};

dictionary *dictionary_new(const opsdk_kind *kind, const char *text, size_t len)
{
    dictionary *d = calloc(1, sizeof(*d));

    if (!d)
        return NULL;
    atomic_init(&d->refs, 1);
    d->kind = kind;
    d->len = len;
    d->text = len > 0 ? ZSTD_createDDict(text, len) : NULL;
    return len == 0 || d->text ? d : dictionary_unref(d);
}

dictionary *dictionary_ref(dictionary *d)
{
    atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
    return d;
}

dictionary *dictionary_unref(dictionary *d)
{
    if (!d || atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    ZSTD_freeDDict(d->text);
    ZSTD_freeDCtx(atomic_load(&d->spare));
    free(d);
    return NULL;
}

const opsdk_kind *dictionary_kind(const dictionary *d)
{
    return d->kind;
}

size_t dictionary_len(const dictionary *d)
{
    return d->len;
}

/* With a context, though there is none before somebody opens.  libzstd has functions for it, but their place is in the part that may change. */
size_t dictionary_size(const dictionary *d)
{
    enum { TABLES = 27 << 10, CONTEXT = 94 << 10 }; /* of 1.5: near enough */

    return sizeof(*d) + (d->text ? d->len + TABLES + CONTEXT : 0);
}

void dictionary_rest(dictionary *d)
{
    ZSTD_freeDCtx(atomic_exchange(&d->spare, NULL));
}

int dictionary_open(dictionary *d, const char *from, size_t len, char *to, size_t raw)
{
    ZSTD_DCtx *z = atomic_exchange(&d->spare, NULL);
    size_t n;

    if (!z)
        z = ZSTD_createDCtx();
    if (!z)
        return OPSDK_ENOMEM;
    n = d->text ? ZSTD_decompress_usingDDict(z, to, raw, from, len, d->text)
                : ZSTD_decompressDCtx(z, to, raw, from, len);
    ZSTD_freeDCtx(atomic_exchange(&d->spare, z));
    return n == raw ? 0 : OPSDK_ENOMEM; /* nothing but memory can be missing: the bytes are ours */
}
