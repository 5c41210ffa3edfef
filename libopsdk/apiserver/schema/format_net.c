#include "apiserver/schema/format_net.h"

#include "apiserver/schema/format.h"

#include <arpa/inet.h>
#include <string.h>

#define ADDRESS 64 /* more than any address has */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* A number up to max in decimal; leading zeros are fine. */
static bool read_number(const char **at, const char *end, int max)
{
    int value = 0;
    const char *s = *at;

    for (; s < end && is_digit(*s) && value <= max; s++)
        value = value * 10 + (*s - '0');
    if (s == *at || value > max)
        return false;
    *at = s;
    return true;
}

/* Leading zeros are fine, as they were before Go 1.17. */
static bool is_dotted(const char *text, const char *end)
{
    int i;

    for (i = 0; i < 4; i++) {
        if (i > 0 && (text == end || *text++ != '.'))
            return false;
        if (!read_number(&text, end, 255))
            return false;
    }
    return text == end;
}

static bool is_v6(const char *text, size_t len)
{
    char room[ADDRESS];
    struct in6_addr address;

    if (len >= sizeof(room) || memchr(text, 0, len))
        return false;
    memcpy(room, text, len);
    room[len] = 0;
    return inet_pton(AF_INET6, room, &address) == 1;
}

bool format_ipv4(const char *text, size_t len)
{
    return is_dotted(text, text + len) || (memchr(text, '.', len) && is_v6(text, len));
}

bool format_ipv6(const char *text, size_t len)
{
    return is_v6(text, len);
}

bool format_cidr(const char *text, size_t len)
{
    const char *slash = memchr(text, '/', len), *bits = slash ? slash + 1 : NULL, *end = text + len;
    bool v4;

    if (!slash)
        return false;
    v4 = is_dotted(text, slash);
    if (!v4 && !is_v6(text, (size_t)(slash - text)))
        return false;
    return read_number(&bits, end, v4 ? 32 : 128) && bits == end;
}

/* 6, 8 or 20 bytes: 00:00:5e:00:53:01, with dashes, or in fours with dots. */
bool format_mac(const char *text, size_t len)
{
    size_t group = len > 4 && text[4] == '.' ? 4 : 2, groups, i;
    char separator = len > group ? text[group] : 0;

    if (len < 14 || (len + 1) % (group + 1) != 0 || (group == 2 && separator != ':' && separator != '-'))
        return false;
    groups = (len + 1) / (group + 1);
    for (i = 0; i < len; i++) {
        bool ok = i % (group + 1) == group ? text[i] == separator : is_hex(text[i]);
        if (!ok)
            return false;
    }
    groups *= group / 2;
    return groups == 6 || groups == 8 || groups == 20;
}

static bool is_atom_char(char c)
{
    return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || (c & 0x80) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool is_dot_atom(const char *s, const char *end)
{
    const char *from = s;

    for (; s < end; s++) {
        if (*s == '.' ? s == from || s + 1 == end || s[1] == '.' : !is_atom_char(*s))
            return false;
    }
    return end > from;
}

/* "quoted": what it takes, 0 when it is none. */
static size_t quoted(const char *s, const char *end)
{
    const char *at = s + 1;

    if (s == end || *s != '"')
        return 0;
    for (; at < end && *at != '"'; at++) {
        if (*at == '\\')
            at++;
        if (at < end && (unsigned char)*at < 0x20 && *at != '\t')
            return 0;
    }
    return at < end ? (size_t)(at + 1 - s) : 0;
}

static bool is_address(const char *s, const char *end)
{
    size_t n = quoted(s, end);
    const char *at = n > 2 ? s + n : memchr(s, '@', (size_t)(end - s));

    if (!at || at >= end || *at != '@' || (n <= 2 && !is_dot_atom(s, at)))
        return false;
    if (at + 1 < end && at[1] == '[' && end[-1] == ']')
        return is_dotted(at + 2, end - 1) || is_v6(at + 2, (size_t)(end - at - 3));
    return is_dot_atom(at + 1, end);
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && (**from == ' ' || **from == '\t'))
        (*from)++;
    while (*from < *to && ((*to)[-1] == ' ' || (*to)[-1] == '\t'))
        (*to)--;
}

/* addr, or words of a name and <addr>. */
bool format_email(const char *text, size_t len)
{
    const char *end = text + len, *open, *from, *to;

    trim(&text, &end);
    if (text == end || end[-1] != '>')
        return is_address(text, end);
    open = memrchr(text, '<', (size_t)(end - text));
    if (!open)
        return false;
    from = open + 1;
    to = end - 1;
    trim(&from, &to);
    if (!is_address(from, to))
        return false;
    while (text < open) {
        size_t n = quoted(text, open);
        if (!n && *text != ' ' && *text != '.' && !is_atom_char(*text))
            return false;
        text += n ? n : 1;
    }
    return true;
}

/* Beyond the pattern: 255 bytes, and 63 of a label. */
bool format_hostname(const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *dot = memchr(text, '.', (size_t)(end - text));
        if ((dot ? dot : end) - text > 63)
            return false;
        text = dot ? dot + 1 : end;
    }
    return len <= 255;
}
