#include "core/pack.h"

#include "core/project.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_MEMORY = 256 << 10, SPARE = PACK_CONTAINER_HEAD + PACK_SPARE + 1 }; /* bytes left behind each node */

void pack_init(pack *p)
{
    p->out = BUF_INIT(LIMIT_OBJECT);
    pack_reset(p);
}

void pack_clear(pack *p)
{
    buf_clear(&p->out);
}

void pack_reset(pack *p)
{
    if (p->out.cap > KEEP_MEMORY)
        buf_clear(&p->out);
    buf_reset(&p->out);
    p->why = NULL;
    p->depth = 0;
    p->part = PACK_NONE;
    p->in_metadata = p->cut = false;
}

static bool more_room(pack *p, size_t len)
{
    if (len > LIMIT_OBJECT - SPARE || p->out.len > LIMIT_OBJECT - SPARE - len) {
        p->why = "larger than 8 MiB";
        return false;
    }
    return buf_reserve(&p->out, len + SPARE);
}

/* Room for len bytes more and any head.  Not having it by limit spoils the value; by memory, everything. */
static inline bool room(pack *p, size_t len)
{
    size_t left = p->out.cap - p->out.len;

    return (len < left && left - len > SPARE) || more_room(p, len);
}

static void put(pack *p, const void *data, size_t len)
{
    memcpy(p->out.data + p->out.len, data, len);
    p->out.len += len;
}

static void put_byte(pack *p, unsigned byte)
{
    p->out.data[p->out.len++] = (char)byte;
}

size_t pack_text_head(unsigned type, size_t len, char head[PACK_TEXT_HEAD])
{
    uint32_t n = (uint32_t)len;

    if (len <= PACK_SHORT) {
        head[0] = (char)(type | n << 3);
        return 1;
    }
    if (len <= UINT8_MAX) {
        head[0] = (char)(type | PACK_MEDIUM << 3);
        head[1] = (char)n;
        return 2;
    }
    head[0] = (char)(type | PACK_LARGE << 3);
    memcpy(head + 1, &n, 4);
    return PACK_TEXT_HEAD;
}

static void add_part(pack *p, const char *text, size_t len)
{
    if (!room(p, len))
        return;
    if (p->part == PACK_NONE) {
        p->part = (uint32_t)p->out.len;
        p->out.len += PACK_TEXT_HEAD;
        if (!room(p, len))
            return;
    }
    put(p, text, len);
}

/* Closes a text that came in parts: the head shrinks to what the length needs. */
static void close_parts(pack *p, unsigned type)
{
    char head[PACK_TEXT_HEAD], *at = p->out.data + p->part;
    size_t len = p->out.len - p->part - PACK_TEXT_HEAD, n = pack_text_head(type, len, head);

    memmove(at + n, at + PACK_TEXT_HEAD, len);
    memcpy(at, head, n);
    p->out.len = p->part + n + len;
    p->part = PACK_NONE;
}

static void add_text(pack *p, unsigned type, const char *text, size_t len)
{
    char head[PACK_TEXT_HEAD];

    if (p->part != PACK_NONE) {
        add_part(p, text, len);
        if (!p->why && !p->out.failed)
            close_parts(p, type);
    } else if (room(p, len)) {
        put(p, head, pack_text_head(type, len, head));
        put(p, text, len);
    }
    if (!p->why && !p->out.failed)
        put_byte(p, 0);
}

static bool is_text(const node *n, const char *text)
{
    return n->len == strlen(text) && memcmp(n->text, text, n->len) == 0;
}

bool pack_drops(pack *p, bool outermost, const char *at)
{
    node key = node_read(at), outer;

    if (outermost) {
        p->outer = (uint32_t)(at - p->out.data);
        p->in_metadata = is_text(&key, "metadata");
        return p->cut && !project_wants(p->fields, &key, NULL);
    }
    if (p->in_metadata && is_text(&key, "managedFields"))
        return true;
    if (!p->cut)
        return false;
    outer = node_read(p->out.data + p->outer);
    return !project_wants(p->fields, &outer, &key);
}

static int add_key(pack *p, const char *text, size_t len)
{
    uint32_t at = p->part != PACK_NONE ? p->part : (uint32_t)p->out.len;

    add_text(p, PACK_NODE_STRING, text, len);
    if (p->depth > 2 || p->why || p->out.failed || !pack_drops(p, p->depth == 1, p->out.data + at))
        return 0;
    p->out.len = at;
    return PACK_DROP;
}

static void open_container(pack *p, bool map)
{
    if (p->depth >= LIMIT_DEPTH)
        p->why = "nested more than 128 levels deep";
    if (p->why || !room(p, 0))
        return;
    p->open[p->depth].at = (uint32_t)p->out.len;
    p->open[p->depth].count = 0;
    pack_open(p->out.data + p->out.len, map);
    p->out.len += PACK_CONTAINER_HEAD;
}

static void close_container(pack *p)
{
    if (room(p, 0))
        p->out.len =
            (size_t)(pack_close(p->out.data + p->open[p->depth].at, p->out.data + p->out.len, p->open[p->depth].count) -
                     p->out.data);
}

static int add(pack *p, enum token t, const char *text, size_t len)
{
    switch (t) {
    case TOKEN_PART:
        add_part(p, text, len);
        break;
    case TOKEN_KEY:
        return add_key(p, text, len);
    case TOKEN_STRING:
        add_text(p, PACK_NODE_STRING, text, len);
        break;
    case TOKEN_NUMBER:
        add_text(p, PACK_NODE_NUMBER, text, len);
        break;
    case TOKEN_MAP:
    case TOKEN_ARRAY:
        open_container(p, t == TOKEN_MAP);
        break;
    case TOKEN_END:
        close_container(p);
        break;
    default:
        if (room(p, 1))
            put_byte(p, t == TOKEN_NULL ? PACK_NODE_NULL : t == TOKEN_TRUE ? PACK_NODE_TRUE : PACK_NODE_FALSE);
    }
    return 0;
}

int pack_add(pack *p, enum token t, const char *text, size_t len)
{
    bool opens = t == TOKEN_MAP || t == TOKEN_ARRAY;
    bool value = t != TOKEN_PART && t != TOKEN_KEY && t != TOKEN_END;
    int r = 0;

    p->depth -= t == TOKEN_END;
    if (!p->why) {
        if (value && p->depth > 0)
            p->open[p->depth - 1].count++;
        r = add(p, t, text, len);
    }
    p->depth += opens; /* levels are counted also over a limit: they tell where the value ends */
    if (p->out.failed)
        return OPSDK_ENOMEM;
    if (p->depth > 0 || t == TOKEN_PART)
        return r;
    return PACK_COMPLETE;
}

void pack_copy(pack *p, const char *at)
{
    uint32_t size = node_read(at).size;

    if (p->depth > 0)
        p->open[p->depth - 1].count++;
    if (!p->why && room(p, size))
        put(p, at, size);
}

static node text_node(const char *at, uint32_t form)
{
    node n = {.head = 1, .len = form};

    if (form == PACK_MEDIUM) {
        n.len = (unsigned char)at[1];
        n.head = 2;
    } else if (form == PACK_LARGE) {
        memcpy(&n.len, at + 1, 4);
        n.head = PACK_TEXT_HEAD;
    }
    n.size = n.head + n.len + 1;
    return n;
}

static node container_node(const char *at, uint32_t form)
{
    uint32_t large[2];
    uint16_t medium[2];
    node n = {.head = PACK_CONTAINER_HEAD};

    if (form == PACK_MEDIUM) {
        memcpy(medium, at + 1, sizeof(medium));
        n.len = medium[0];
        n.count = medium[1];
    } else {
        memcpy(large, at + 1, sizeof(large));
        n.len = large[0];
        n.count = large[1];
        n.head += PACK_SPARE;
    }
    n.size = n.head + n.len;
    return n;
}

node node_read(const char *at)
{
    static const enum opsdk_type types[] = {
        [PACK_NODE_NULL] = OPSDK_NULL,     [PACK_NODE_FALSE] = OPSDK_BOOL,    [PACK_NODE_TRUE] = OPSDK_BOOL,
        [PACK_NODE_NUMBER] = OPSDK_NUMBER, [PACK_NODE_STRING] = OPSDK_STRING, [PACK_NODE_ARRAY] = OPSDK_ARRAY,
        [PACK_NODE_MAP] = OPSDK_MAP,
    };
    unsigned type = (unsigned char)*at & 7u, form = (unsigned char)*at >> 3;
    node n = {.head = 1, .size = 1};

    if (type == PACK_NODE_NUMBER || type == PACK_NODE_STRING)
        n = text_node(at, form);
    else if (type >= PACK_NODE_ARRAY)
        n = container_node(at, form);
    n.type = types[type];
    n.truth = type == PACK_NODE_TRUE;
    n.text = at + n.head;
    return n;
}

const char *node_member(const char *at, const char *name, size_t len)
{
    const char *found = NULL, *end;
    node map = node_read(at);

    if (map.type != OPSDK_MAP)
        return NULL;
    end = map.text + map.len;
    for (const char *p = map.text; p < end;) {
        node key = node_read(p);
        p += key.size;
        if (key.len == len && memcmp(key.text, name, len) == 0)
            found = p;
        p += node_read(p).size;
    }
    return found;
}
