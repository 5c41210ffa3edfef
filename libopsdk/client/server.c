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

/* Where the host starts and how long it is; 0 when there is none. */
static size_t find_host(const char **p, bool *ret_ip6)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    size_t n;

    *ret_ip6 = **p == '[';
    if (!*ret_ip6)
        return strspn(*p, name);
    n = strspn(++*p, "0123456789abcdefABCDEF:.");
    return (*p)[n] == ']' ? n : 0;
}

/* The length without slashes at the end; -1 for what cannot stand in a path. */
static int path_length(const char *p)
{
    size_t n = strlen(p);

    if (n > 4096 || (n > 0 && *p != '/'))
        return -1;
    for (const unsigned char *c = (const unsigned char *)p; *c; c++) {
        if (*c <= ' ' || *c == 0x7f || *c == '?' || *c == '#')
            return -1;
    }
    while (n > 0 && p[n - 1] == '/')
        n--;
    return (int)n;
}

static int wrong(const char *url, opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_EINVAL, "\"%.100s\" is not a server's address; it must read https://host:port",
                           strchr(url, '@') ? "(address with a user)" : url);
}

static int finish(server *s, opsdk_error *err)
{
    if (s->host && s->prefix && asprintf(&s->authority, s->ip6 ? "[%s]:%d" : "%s:%d", s->host, s->port) > 0)
        return 0;
    s->authority = NULL;
    server_clear(s);
    return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

int server_parse(const char *url, server *ret, opsdk_error *err)
{
    const char *scheme = strstr(url, "://"), *p = scheme ? scheme + 3 : url, *host;
    server s = {.tls = !scheme || strncmp(url, "https:", 6) == 0};
    size_t len;
    int prefix;

    *ret = (server){0};
    if (scheme && !s.tls && strncmp(url, "http:", 5) != 0)
        return wrong(url, err);
    len = find_host(&p, &s.ip6);
    host = p;
    p += len + s.ip6;
    if (len == 0 || len > 255 || !read_port(&p, s.tls ? 443 : 80, &s.port))
        return wrong(url, err);
    prefix = path_length(p);
    if (prefix < 0)
        return wrong(url, err);
    s.host = strndup(host, len);
    s.prefix = strndup(p, (size_t)prefix);
    s.loopback = s.host && is_loopback(s.host);
    if (s.host && s.ip6 && !server_is_ip(s.host)) {
        server_clear(&s);
        return wrong(url, err);
    }
    *ret = s;
    return finish(ret, err);
}
