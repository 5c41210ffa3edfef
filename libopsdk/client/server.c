#include "client/server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void server_clear(server *s)
{
    free(s->host);
    free(s->prefix);
    free(s->authority);
    *s = (server){0};
}

bool server_is_ip(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static bool is_loopback(const char *host)
{
    struct in_addr ip4;
    struct in6_addr ip6;

    if (inet_pton(AF_INET, host, &ip4) == 1)
        return ntohl(ip4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &ip6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&ip6);
    return strcmp(host, "localhost") == 0;
}

/* Digits up to the end or the path; the default when there are none. */
static bool read_port(const char **p, int dflt, int *ret)
{
    long port = 0;

    *ret = dflt;
    if (**p != ':')
        return true;
    ++*p;
    for (; **p >= '0' && **p <= '9' && port < 100000; ++*p)
        port = port * 10 + (**p - '0');
    *ret = (int)port;
    return port > 0 && port < 65536;
}

static bool read_host(const char **p, server *ret)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    size_t n;

    if (**p == '[') {
        n = strspn(++*p, "0123456789abcdefABCDEF:.");
        ret->ip6 = true;
    } else
        n = strspn(*p, name);
    if (n == 0 || (ret->ip6 && (*p)[n] != ']'))
        return false;
    ret->host = strndup(*p, n);
    *p += n + (ret->ip6 ? 1 : 0);
    return ret->host && (!ret->ip6 || server_is_ip(ret->host));
}

static bool read_prefix(const char *p, server *ret)
{
    size_t n = strlen(p);

    if (n > 0 && *p != '/')
        return false;
    for (const unsigned char *c = (const unsigned char *)p; *c; c++) {
        if (*c <= ' ' || *c == 0x7f || *c == '?' || *c == '#')
            return false;
    }
    while (n > 0 && p[n - 1] == '/')
        n--;
    ret->prefix = strndup(p, n);
    return ret->prefix;
}

int server_parse(const char *url, server *ret, opsdk_error *err)
{
    const char *scheme = strstr(url, "://"), *p = scheme ? scheme + 3 : url;
    bool good;

    *ret = (server){.tls = !scheme || strncmp(url, "https:", 6) == 0};
    good = (!scheme || ret->tls || strncmp(url, "http:", 5) == 0) && read_host(&p, ret) &&
           read_port(&p, ret->tls ? 443 : 80, &ret->port) && read_prefix(p, ret);
    if (!good) {
        server_clear(ret);
        return opsdk_error_set(err, OPSDK_EINVAL,
                               "\"%.100s\" is not a server's address; it must read https://host:port",
                               strchr(url, '@') ? "(address with a user)" : url);
    }
    ret->loopback = is_loopback(ret->host);
    if (asprintf(&ret->authority, ret->ip6 ? "[%s]:%d" : "%s:%d", ret->host, ret->port) < 0) {
        ret->authority = NULL;
        server_clear(ret);
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    }
    return 0;
}
