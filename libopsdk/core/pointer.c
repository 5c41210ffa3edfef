#include "core/pointer.h"

#include "core/pack.h"

#include <string.h>

/* The character that a segment has at *p, which moves behind it; -1 for a malformed escape. */
static int unescape(const char **p)
{
    char c = *(*p)++;

    if (c != '~')
        return (unsigned char)c;
    c = *(*p)++;
    return c == '0' ? '~' : c == '1' ? '/' : -1;
}

/* Does the segment, unescaped, spell the key? */
static bool is_key(const char *segment, const char *end, const node *key)
{
    size_t n = 0;

    while (segment < end) {
        int c = unescape(&segment);
        if (n == key->len || c != (unsigned char)key->text[n])
            return false;
        n++;
    }
    return n == key->len;
}

static const char *member(const node *map, const char *segment, const char *end)
{
    const char *found = NULL, *stop = map->text + map->len;

    for (const char *p = map->text; p < stop;) {
        node key = node_read(p);
        p += key.size;
        if (is_key(segment, end, &key))
            found = p;
        p += node_read(p).size;
    }
    return found;
}

/* Plain digits without leading zeros; "-", the item behind the last, is never there. */
static const char *item(const node *array, const char *segment, const char *end)
{
    const char *p = array->text;
    uint64_t index = 0;

    if (segment == end || end - segment > 10 || (*segment == '0' && end - segment > 1))
        return NULL;
    for (; segment < end; segment++) {
        if (*segment < '0' || *segment > '9')
            return NULL;
        index = index * 10 + (uint64_t)(*segment - '0');
    }
    if (index >= array->count)
        return NULL;
    for (; index > 0; index--)
        p += node_read(p).size;
    return p;
}

const char *pointer_follow(const char *at, const char *pointer)
{
    while (at && *pointer) {
        const char *end;
        node n;

        if (*pointer != '/')
            return NULL;
        pointer++;
        end = strchrnul(pointer, '/');
        n = node_read(at);
        if (n.type == OPSDK_MAP)
            at = member(&n, pointer, end);
        else
            at = n.type == OPSDK_ARRAY ? item(&n, pointer, end) : NULL;
        pointer = end;
    }
    return at;
}
