/* IP addresses as the server takes them (k8s.io/utils/net, net/netip). */
#include "apiserver/kinds/check.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct address {
    unsigned char bytes[16]; /* of IPv4: ::ffff:a.b.c.d */
    bool v4;
    bool zeros;  /* written with leading zeros */
    bool mapped; /* IPv4 written as IPv6 */
} address;

static const unsigned char mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

/* Decimal parts, of which zeros in front do not make octal. */
static bool parse_v4(const char *text, address *ret)
{
    const char *p = text;

    *ret = (address){.v4 = true};
    memcpy(ret->bytes, mapped_prefix, sizeof(mapped_prefix));
    for (int i = 0; i < 4; i++) {
        unsigned value = 0;
        const char *from = p;
        for (; *p >= '0' && *p <= '9' && value <= 255; p++)
            value = value * 10 + (unsigned)(*p - '0');
        if (p == from || value > 255 || *p != (i < 3 ? '.' : '\0'))
            return false;
        ret->zeros |= p - from > 1 && *from == '0';
        ret->bytes[12 + i] = (unsigned char)value;
        p++;
    }
    return true;
}

static bool parse(const char *text, address *ret)
{
    if (!strchr(text, ':'))
        return parse_v4(text, ret);
    *ret = (address){0};
    if (inet_pton(AF_INET6, text, ret->bytes) != 1)
        return false;
    ret->mapped = memcmp(ret->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
    ret->v4 = ret->mapped;
    return true;
}

static const char *canonical(const address *a, char room[INET6_ADDRSTRLEN])
{
    return a->v4 ? inet_ntop(AF_INET, a->bytes + 12, room, INET6_ADDRSTRLEN)
                 : inet_ntop(AF_INET6, a->bytes, room, INET6_ADDRSTRLEN);
}

bool ip_is_v4(const char *text)
{
    address a;

    return parse(text, &a) && a.v4;
}

bool ip_is_v6(const char *text)
{
    address a;

    return parse(text, &a) && !a.v4;
}

bool check_ip(field_errors *errors, const char *path, const char *text)
{
    address a;

    if (parse(text, &a))
        return true;
    wrong_text(errors, path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    return false;
}

void check_endpoint_ip(field_errors *errors, const char *path, const char *text)
{
    static const unsigned char one[16] = {[15] = 1}, none[16] = {0};
    const unsigned char *b, *v4;
    address a;

    if (!parse(text, &a)) {
        wrong_text(errors, path, text, "must be a valid IP address");
        return;
    }
    b = a.bytes;
    v4 = a.v4 ? b + 12 : NULL;
    if (v4 ? memcmp(v4, none, 4) == 0 : memcmp(b, none, 16) == 0)
        wrong_text(errors, path, text, "may not be unspecified (%s)", text);
    if (v4 ? v4[0] == 127 : memcmp(b, one, 16) == 0)
        wrong_text(errors, path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    if (v4 ? v4[0] == 169 && v4[1] == 254 : b[0] == 0xfe && (b[1] & 0xc0) == 0x80)
        wrong_text(errors, path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    if (v4 ? v4[0] == 224 && v4[1] == 0 && v4[2] == 0 : b[0] == 0xff && (b[1] & 0x0f) == 0x02)
        wrong_text(errors, path, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
}

void warn_of_ip(call *c, const char *path, const char *text)
{
    char room[INET6_ADDRSTRLEN];
    address a;

    if (!parse(text, &a) || !canonical(&a, room))
        return;
    if (a.zeros || a.mapped)
        call_warn(
            c,
            "%s: non-standard IP address \"%s\" will be considered invalid in a future Kubernetes release: use \"%s\"",
            path, text, room);
    else if (!a.v4 && strcmp(text, room) != 0)
        call_warn(c, "%s: IPv6 address \"%s\" should be in RFC 5952 canonical format (\"%s\")", path, text, room);
}
