#include "apiserver/schema/format.h"
#include "apiserver/schema/format_net.h"

#include <string.h>

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static bool escapes_are_fine(const char *s, const char *end)
{
    for (; s < end; s++) {
        if (*s != '%')
            continue;
        if (end - s < 3 || !is_hex(s[1]) || !is_hex(s[2]))
            return false;
    }
    return true;
}

/* Bytes of the scheme and its colon; 0: none.  False when the text begins with a colon. */
static bool read_scheme(const char *s, const char *end, size_t *ret)
{
    const char *at = s;

    *ret = 0;
    for (; at < end; at++) {
        bool first = (*at | 32) >= 'a' && (*at | 32) <= 'z';
        bool later = (*at >= '0' && *at <= '9') || *at == '+' || *at == '-' || *at == '.';
        if (*at == ':') {
            *ret = (size_t)(at + 1 - s);
            return at > s;
        }
        if (!first && !(later && at > s))
            return true;
    }
    return true;
}

static bool is_port(const char *s, const char *end)
{
    if (s == end)
        return true;
    if (*s++ != ':')
        return false;
    while (s < end && *s >= '0' && *s <= '9')
        s++;
    return s == end;
}

/* [address], with a zone behind an escaped percent sign. */
static bool is_bracketed(const char *s, const char *end)
{
    const char *close = memrchr(s, ']', (size_t)(end - s)), *zone;

    if (!close || !is_port(close + 1, end))
        return false;
    zone = memmem(s, (size_t)(close - s), "%25", 3);
    return format_ipv6(s + 1, (size_t)((zone ? zone : close) - s - 1)) && (!zone || escapes_are_fine(zone, close));
}

static bool is_host(const char *s, const char *end)
{
    const char *colon = memrchr(s, ':', (size_t)(end - s));

    if (s < end && *s == '[')
        return is_bracketed(s, end);
    if (colon && !is_port(colon, end))
        return false;
    for (; s < end; s++) {
        bool word = (*s >= '0' && *s <= '9') || ((*s | 32) >= 'a' && (*s | 32) <= 'z') || (*s & 0x80);
        if (*s == '%') {
            /* only what is not ASCII may be escaped in a host */
            if (end - s < 3 || !is_hex(s[1]) || !is_hex(s[2]) || s[1] < '8')
                return false;
        } else if (!word && !strchr("-._~!$&'()*+,;=:]<>\"", *s)) {
            return false;
        }
    }
    return true;
}

static bool is_userinfo(const char *s, const char *end)
{
    const char *from = s;

    for (; s < end; s++) {
        bool word = (*s >= '0' && *s <= '9') || ((*s | 32) >= 'a' && (*s | 32) <= 'z');
        if (!word && (!*s || !strchr("-._:~!$&'()*+,;=%@", *s)))
            return false;
    }
    return escapes_are_fine(from, end);
}

static bool is_authority(const char *s, const char *end)
{
    const char *at = memrchr(s, '@', (size_t)(end - s));

    if (at && !is_userinfo(s, at))
        return false;
    return is_host(at ? at + 1 : s, end);
}

bool format_is_uri(const char *text, size_t len, bool *ret_host)
{
    const char *end = text + len, *path, *query;
    size_t scheme, i;
    bool host = false;

    for (i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            return false;
    }
    if (len == 0 || !read_scheme(text, end, &scheme))
        return false;
    query = memchr(text, '?', len);
    end = query ? query : end;
    path = text + scheme;
    if (len == 1 && *text == '*')
        return true;
    if (path >= end || *path != '/')
        return scheme > 0; /* opaque, as in mailto:a@b */
    if (scheme > 0 && end - path > 1 && path[1] == '/') {
        const char *slash = memchr(path + 2, '/', (size_t)(end - path - 2));
        host = (slash ? slash : end) > path + 2;
        if (!is_authority(path + 2, slash ? slash : end))
            return false;
        path = slash ? slash : end;
    }
    if (ret_host)
        *ret_host = host;
    return escapes_are_fine(path, end);
}
