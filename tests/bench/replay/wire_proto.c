/* Answers begin with "k8s" and NUL; then comes runtime.Unknown, a message of type and bytes.  Watches are frames with four bytes of length before each.
 * Messages are written from the outside in, so that lengths are counted first. */
#include "tests/bench/replay/wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { MAGIC = 4, TEXT_MAX = 64 };

static size_t varint_size(uint64_t n)
{
    size_t size = 1;

    for (; n > 127; n >>= 7)
        size++;
    return size;
}

/* Of a field of bytes, with number and length before them. */
static size_t field_size(size_t len)
{
    return 1 + varint_size(len) + len;
}

static char *put_varint(char *at, uint64_t n)
{
    for (; n > 127; n >>= 7)
        *at++ = (char)(n | 128);
    *at++ = (char)n;
    return at;
}

static char *put_head(char *at, int field, size_t len)
{
    *at++ = (char)(field << 3 | 2);
    return put_varint(at, len);
}

static char *put_bytes(char *at, int field, const char *text, size_t len)
{
    at = put_head(at, field, len);
    memcpy(at, text, len);
    return at + len;
}

static size_t type_size(const char *kind)
{
    return field_size(2) + field_size(strlen(kind));
}

/* Of "k8s", NUL and the Unknown of len bytes. */
static size_t unknown_size(const char *kind, size_t len)
{
    return MAGIC + field_size(type_size(kind)) + field_size(len);
}

static char *put_unknown(char *at, const char *kind, size_t len)
{
    memcpy(at, "k8s", MAGIC);
    at = put_head(at + MAGIC, 1, type_size(kind));
    at = put_bytes(at, 1, "v1", 2);
    at = put_bytes(at, 2, kind, strlen(kind));
    return put_head(at, 2, len);
}

static size_t put_version(char text[TEXT_MAX], uint64_t events)
{
    return (size_t)snprintf(text, TEXT_MAX, "%llu", (unsigned long long)(HISTORY_BASE + events));
}

/* A field 1 of its own metadata: the version, and the token of what follows. */
static size_t put_list_meta(char *at, uint64_t events, const char *more)
{
    char text[TEXT_MAX], *start = at;
    size_t len = put_version(text, events);

    at = put_head(at, 1, field_size(len) + (*more ? field_size(strlen(more)) : 0));
    at = put_bytes(at, 2, text, len);
    if (*more)
        at = put_bytes(at, 3, more, strlen(more));
    return (size_t)(at - start);
}

static void put_list(reply *out, const history *h, uint64_t events, size_t first, size_t end, const char *more)
{
    char meta[2 * TEXT_MAX], head[TEXT_MAX];
    size_t meta_len = put_list_meta(meta, events, more), len = meta_len, n;

    for (size_t i = first; i < end; i++)
        len += field_size(h->proto[history_nth(h, events, i)].len);
    n = (size_t)(put_unknown(head, "PodList", len) - head);
    memcpy(reply_room(out, n), head, n);
    memcpy(reply_room(out, meta_len), meta, meta_len);
    for (size_t i = first; i < end && !out->failed; i++) {
        size_t at = history_nth(h, events, i);
        len = h->proto[at].len;
        put_head(reply_room(out, field_size(len) - len), 2, len);
        history_put(out, h, h->proto, at, events, 0);
    }
}

/* The frame of an event whose pod of len bytes follows. */
static void put_frame(reply *out, const char *type, size_t len)
{
    char frame[4 * TEXT_MAX], *at = frame + 4;
    size_t inner = unknown_size("Pod", len), head;
    uint32_t total;

    at = put_bytes(at, 1, type, strlen(type));
    at = put_head(at, 2, field_size(inner));
    at = put_head(at, 1, inner);
    at = put_unknown(at, "Pod", len);
    head = (size_t)(at - frame);
    total = htonl((uint32_t)(head - 4 + len));
    memcpy(frame, &total, 4);
    memcpy(reply_room(out, head), frame, head);
}

static void put_event(reply *out, const history *h, const char *type, size_t i, uint64_t events, int64_t sent_ns)
{
    put_frame(out, type, h->proto[i].len);
    history_put(out, h, h->proto, i, events, sent_ns);
}

/* A pod of nothing but a version, and the mark of the initial events' end. */
static void put_bookmark(reply *out, const history *h, uint64_t events, bool initial)
{
    static const char name[] = "k8s.io/initial-events-end";
    char text[TEXT_MAX], pod[4 * TEXT_MAX], *at = pod;
    size_t len = put_version(text, events), pair = field_size(strlen(name)) + field_size(4);

    (void)h;
    at = put_head(at, 1, field_size(len) + (initial ? field_size(pair) : 0));
    at = put_bytes(at, 6, text, len);
    if (initial) {
        at = put_head(at, 12, pair);
        at = put_bytes(at, 1, name, strlen(name));
        at = put_bytes(at, 2, "true", 4);
    }
    len = (size_t)(at - pod);
    put_frame(out, "BOOKMARK", len);
    memcpy(reply_room(out, len), pod, len);
}

#define TYPE "application/vnd.kubernetes.protobuf"

const wire wire_proto = {TYPE, TYPE ";stream=watch", put_list, put_event, put_bookmark};
