#include "apiserver/accept.h"

#include <string.h>
#include <strings.h>

static accept_text trim(const char *at, size_t len)
{
    while (len > 0 && (*at == ' ' || *at == '\t')) {
        at++;
        len--;
    }
    while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
        len--;
    return (accept_text){at, len};
}

/* "0.25" as 250; what is no number counts as 1, as net/http's parser has it. */
static int weight_of(accept_text q)
{
    int weight = 0, unit = 1000;

    for (size_t i = 0; i < q.len; i++) {
        if (q.at[i] == '.' && i == 1)
            continue;
        if (q.at[i] < '0' || q.at[i] > '9')
            return 1000;
        weight += unit * (q.at[i] - '0');
        unit /= 10;
    }
    return weight > 1000 ? 1000 : weight;
}

static void read_parameter(accept_text text, accept_range *r)
{
    const char *equals = memchr(text.at, '=', text.len);
    accept_text name = trim(text.at, equals ? (size_t)(equals - text.at) : text.len), value;

    if (!equals)
        return;
    value = trim(equals + 1, text.len - (size_t)(equals + 1 - text.at));
    if (accept_is(name, "as"))
        r->as = value;
    else if (accept_is(name, "g"))
        r->group = value;
    else if (accept_is(name, "v"))
        r->version = value;
    else if (accept_is(name, "q"))
        r->weight = weight_of(value);
}

static accept_range read_range(const char *at, size_t len)
{
    size_t n = strcspn(at, ";,");
    accept_range r = {.as = {"", 0}, .group = {"", 0}, .version = {"", 0}, .weight = 1000};

    r.type = trim(at, n < len ? n : len);
    while (n < len) {
        size_t start = n + 1;
        n = start + strcspn(at + start, ";,");
        read_parameter((accept_text){at + start, (n < len ? n : len) - start}, &r);
    }
    return r;
}

size_t accept_parse(const char *header, accept_range ret[ACCEPT_RANGES])
{
    size_t n = 0;

    while (*header && n < ACCEPT_RANGES) {
        size_t len = strcspn(header, ","), at = n;
        accept_range r = read_range(header, len);

        for (; r.type.len > 0 && at > 0 && ret[at - 1].weight < r.weight; at--)
            ret[at] = ret[at - 1];
        ret[at] = r;
        n += r.type.len > 0;
        header += len + (header[len] == ',');
    }
    return n;
}

bool accept_is(accept_text text, const char *what)
{
    return strlen(what) == text.len && strncasecmp(text.at, what, text.len) == 0;
}

bool accept_allows(const accept_range *r, const char *type)
{
    size_t family = strcspn(type, "/") + 1;

    if (accept_is(r->type, type) || accept_is(r->type, "*/*"))
        return true;
    return r->type.len == family + 1 && r->type.at[family] == '*' && strncasecmp(r->type.at, type, family) == 0;
}
