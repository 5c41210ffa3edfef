#include "tests/conformance/names.h"

#include "tests/conformance/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void names_clear(names *n)
{
    for (size_t i = 0; i < n->n; i++) {
        free(n->pairs[i].from);
        free(n->pairs[i].to);
    }
    free(n->pairs);
    *n = (names){0};
}

void names_put(names *n, const char *from, const char *to)
{
    n->pairs = keep(realloc(n->pairs, (n->n + 1) * sizeof(*n->pairs)));
    n->pairs[n->n].from = keep(strdup(from));
    n->pairs[n->n++].to = keep(strdup(to));
}

const char *names_get(const names *n, const char *from)
{
    for (size_t i = 0; i < n->n; i++) {
        if (strcmp(n->pairs[i].from, from) == 0)
            return n->pairs[i].to;
    }
    return NULL;
}

const char *names_number(names *n, const char *from, const char *word)
{
    char to[32];

    if (names_get(n, from))
        return names_get(n, from);
    snprintf(to, sizeof(to), "%s%zu", word, n->n + 1);
    names_put(n, from, to);
    return n->pairs[n->n - 1].to;
}

static const struct names_pair *pair_at(const names *n, const char *text)
{
    for (size_t i = 0; i < n->n; i++) {
        if (strncmp(text, n->pairs[i].from, strlen(n->pairs[i].from)) == 0)
            return &n->pairs[i];
    }
    return NULL;
}

void names_replace(const names *n, const char *text, buf *out)
{
    while (*text) {
        const struct names_pair *pair = pair_at(n, text);

        if (pair)
            buf_puts(out, pair->to);
        else
            buf_addc(out, *text);
        text += pair ? strlen(pair->from) : 1;
    }
}

void revisions_clear(revisions *r)
{
    free(r->list);
    *r = (revisions){0};
}

static bool number_of(const char *text, unsigned long long *ret)
{
    char *end;

    *ret = strtoull(text, &end, 10);
    return *text >= '1' && *text <= '9' && *end == '\0';
}

void revisions_add(revisions *r, const char *text)
{
    unsigned long long number;

    if (!number_of(text, &number))
        return;
    r->list = keep(realloc(r->list, (r->n + 1) * sizeof(*r->list)));
    r->list[r->n++] = number;
}

static int compare(const void *a, const void *b)
{
    unsigned long long x = *(const unsigned long long *)a, y = *(const unsigned long long *)b;

    return x < y ? -1 : x > y;
}

void revisions_sort(revisions *r)
{
    size_t n = 0;

    if (r->n > 0)
        qsort(r->list, r->n, sizeof(*r->list), compare);
    for (size_t i = 0; i < r->n; i++) {
        if (n == 0 || r->list[i] != r->list[n - 1])
            r->list[n++] = r->list[i];
    }
    r->n = n;
}

static const char *name_it(revisions *r, const char *text, const char *later)
{
    unsigned long long number;
    size_t n = 0;

    if (!number_of(text, &number))
        return text;
    while (n < r->n && r->list[n] <= number)
        n++;
    snprintf(r->room, sizeof(r->room), "rv%zu%s", n, n > 0 && r->list[n - 1] == number ? "" : later);
    return r->room;
}

const char *revisions_name(revisions *r, const char *text)
{
    return name_it(r, text, "+");
}

const char *revisions_floor(revisions *r, const char *text)
{
    return name_it(r, text, "");
}
