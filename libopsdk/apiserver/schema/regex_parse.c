#include "apiserver/limits.h"
#include "apiserver/schema/regex_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct flags {
    bool fold, lines, dot_all;
} flags;

typedef struct parser {
    const char *all, *at, *end;
    flags flags;
    regex_tree *tree;
    char **why;
    bool failed;
    const char *repeated; /* where the repetition begins that ends at at; NULL: none does */
    int sequence;         /* that is being read */
    int depth;
} parser;

static int parse_choice(parser *p);

static int fail(parser *p, const char *what, const char *from, const char *to)
{
    if (!p->failed && asprintf(p->why, "error parsing regexp: %s: `%.*s`", what, (int)(to - from), from) < 0)
        *p->why = NULL;
    p->failed = true;
    return 0;
}

static int unsupported(parser *p, const char *what)
{
    if (!p->failed && asprintf(p->why, "%s", what) < 0)
        *p->why = NULL;
    p->failed = true;
    return 0;
}

static int add_node(parser *p, enum regex_kind kind)
{
    regex_tree *t = p->tree;
    size_t cap = t->cap ? 2 * t->cap : 32;

    if (p->failed)
        return 0;
    if (t->n >= LIMIT_REGEX)
        return fail(p, "expression too large", p->all, p->end);
    if (t->n == t->cap) {
        regex_node *nodes = reallocarray(t->nodes, cap, sizeof(*nodes));
        if (!nodes) {
            p->failed = true;
            return 0;
        }
        t->nodes = nodes;
        t->cap = cap;
    }
    t->nodes[t->n] = (regex_node){.kind = kind};
    return (int)t->n++;
}

static void add_child(parser *p, int parent, int child)
{
    regex_node *nodes = p->tree->nodes;

    if (p->failed)
        return;
    if (nodes[parent].last)
        nodes[nodes[parent].last].next = child;
    else
        nodes[parent].child = child;
    nodes[parent].last = child;
}

static bool is(const parser *p, const char *text)
{
    size_t n = strlen(text);

    return (size_t)(p->end - p->at) >= n && memcmp(p->at, text, n) == 0;
}

static int32_t next_rune(parser *p)
{
    int32_t rune;

    p->at += rune_next(p->at, (size_t)(p->end - p->at), &rune);
    return rune;
}

static int begin_set(parser *p)
{
    int node = add_node(p, REGEX_SET);

    if (node)
        p->tree->nodes[node].from = p->tree->ranges.n;
    return node;
}

static int end_set(parser *p, int node, bool negate)
{
    regex_ranges *r = &p->tree->ranges;

    if (p->failed)
        return 0;
    regex_ranges_finish(r, p->tree->nodes[node].from, negate);
    if (r->failed) {
        p->failed = true;
        return 0;
    }
    p->tree->nodes[node].n = r->n - p->tree->nodes[node].from;
    return node;
}

static void add_range(parser *p, int32_t lo, int32_t hi)
{
    regex_ranges *r = &p->tree->ranges;

    if (!p->flags.fold)
        regex_ranges_add(r, lo, hi);
    else if (hi < 0x80 || lo == 0x212A || lo == 0x017F)
        regex_ranges_fold(r, lo, hi);
    else
        unsupported(p, "(?i) with characters that are not ASCII is not supported by the embedded API server");
}

static int literal(parser *p, int32_t rune)
{
    int node = begin_set(p);

    add_range(p, rune, rune);
    return end_set(p, node, false);
}

static int any(parser *p)
{
    int node = begin_set(p);

    if (!p->flags.dot_all)
        regex_ranges_add(&p->tree->ranges, '\n', '\n');
    return end_set(p, node, true);
}

static int hex(int32_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Two digits; both characters are read in any case. */
static bool read_hex_pair(parser *p, int32_t *ret)
{
    int high = p->at < p->end ? hex(next_rune(p)) : -1, low = p->at < p->end ? hex(next_rune(p)) : -1;

    *ret = high * 16 + low;
    return high >= 0 && low >= 0;
}

/* What follows \x; false when it is no number. */
static bool read_hex(parser *p, int32_t *ret)
{
    int digits;

    if (!is(p, "{"))
        return read_hex_pair(p, ret);
    p->at++;
    *ret = 0;
    for (digits = 0; p->at < p->end; digits++) {
        int32_t c = next_rune(p);
        if (c == '}')
            return digits > 0;
        if (hex(c) < 0)
            return false;
        *ret = *ret * 16 + hex(c);
        if (*ret > RUNE_MAX)
            return false;
    }
    return false;
}

static int32_t read_octal(parser *p)
{
    int32_t value = 0;
    int i;

    for (i = 0; i < 3 && p->at < p->end && *p->at >= '0' && *p->at <= '7'; i++)
        value = value * 8 + (*p->at++ - '0');
    return value;
}

static bool is_octal(const parser *p)
{
    if (*p->at == '0')
        return true;
    return *p->at >= '1' && *p->at <= '7' && p->end - p->at > 1 && p->at[1] >= '0' && p->at[1] <= '7';
}

/* A backslash and what it makes of the next character. */
static int32_t read_escape(parser *p)
{
    static const char names[] = "afnrtv", values[] = "\a\f\n\r\t\v";
    const char *from = p->at++, *name;
    int32_t rune;

    if (p->at == p->end)
        return fail(p, "trailing backslash at end of expression", p->end, p->end);
    if (is_octal(p))
        return read_octal(p);
    rune = next_rune(p);
    if (rune == 'x' && read_hex(p, &rune))
        return rune;
    if (*(from + 1) == 'x')
        return fail(p, "invalid escape sequence", from, p->at);
    name = rune > 0 && rune < 0x80 ? strchr(names, rune) : NULL;
    if (name)
        return values[name - names];
    if (rune < 0x80 && !((rune >= '0' && rune <= '9') || ((rune | 32) >= 'a' && (rune | 32) <= 'z')))
        return rune;
    return fail(p, "invalid escape sequence", from, p->at);
}

/* [:alpha:] or \d within a class: false when none of them stands here. */
static bool read_named(parser *p)
{
    const char *end;

    if (is(p, "\\") && p->end - p->at > 1) {
        if (p->at[1] == 'p' || p->at[1] == 'P')
            return unsupported(p, "\\p{...} is not supported by the embedded API server"), true;
        if (!regex_ranges_perl(&p->tree->ranges, p->at[1], p->flags.fold))
            return false;
        p->at += 2;
        return true;
    }
    if (!is(p, "[:"))
        return false;
    end = memmem(p->at + 2, (size_t)(p->end - p->at - 2), ":]", 2);
    if (!end)
        return false;
    if (!regex_ranges_posix(&p->tree->ranges, p->at + 2, (size_t)(end - p->at - 2), p->flags.fold))
        fail(p, "invalid character class range", p->at, end + 2);
    p->at = end + 2;
    return true;
}

static int32_t read_class_char(parser *p, const char *class)
{
    if (p->at == p->end)
        return fail(p, "missing closing ]", class, p->end);
    return *p->at == '\\' ? read_escape(p) : next_rune(p);
}

static void read_class_range(parser *p, const char *class)
{
    const char *from = p->at;
    int32_t lo = read_class_char(p, class), hi = lo;

    if (!p->failed && is(p, "-") && p->end - p->at > 1 && p->at[1] != ']') {
        p->at++;
        hi = read_class_char(p, class);
    }
    if (p->failed)
        return;
    if (hi < lo)
        fail(p, "invalid character class range", from, p->at);
    else
        add_range(p, lo, hi);
}

static int parse_class(parser *p)
{
    const char *class = p->at++;
    int node = begin_set(p);
    bool negate = is(p, "^"), first;

    p->at += negate;
    for (first = true; !p->failed && (first || !is(p, "]")); first = false) {
        if (p->at < p->end && read_named(p))
            continue;
        read_class_range(p, class);
    }
    p->at++;
    return end_set(p, node, negate);
}

/* (?i), (?i:, (?s-m: after the question mark: false with a failure; *ret_group says whether a group begins. */
static bool read_flags(parser *p, const char *from, bool *ret_group)
{
    flags new = p->flags;
    bool on = true, saw = false;

    while (p->at < p->end) {
        int32_t c = next_rune(p);
        if (c == 'i' || c == 'm' || c == 's' || c == 'U') {
            new.fold = c == 'i' ? on : new.fold;
            new.lines = c == 'm' ? on : new.lines;
            new.dot_all = c == 's' ? on : new.dot_all;
            saw = true;
        } else if (c == '-' && on) {
            on = saw = false;
        } else if ((c == ':' || c == ')') && (on || saw)) {
            p->flags = new;
            *ret_group = c == ':';
            return true;
        } else {
            break;
        }
    }
    fail(p, "invalid or unsupported Perl syntax", from, p->at);
    return false;
}

static bool is_name(const char *s, const char *end)
{
    if (s == end)
        return false;
    for (; s < end; s++) {
        if (*s != '_' && !(*s >= '0' && *s <= '9') && !((*s | 32) >= 'a' && (*s | 32) <= 'z'))
            return false;
    }
    return true;
}

/* (?P<name> or (?<name>. */
static bool read_name(parser *p, const char *from, size_t skip)
{
    const char *end = memchr(from, '>', (size_t)(p->end - from));

    if (!end || !is_name(from + skip, end)) {
        fail(p, "invalid named capture", from, end ? end + 1 : p->end);
        return false;
    }
    p->at = end + 1;
    return true;
}

/* After "(": false when there is no group to read, with or without a failure. */
static bool read_group_head(parser *p)
{
    const char *from = p->at - 1;
    bool group = true;

    if (!is(p, "?"))
        return true;
    if (is(p, "?P<"))
        return read_name(p, from, 4);
    if (is(p, "?<"))
        return read_name(p, from, 3);
    p->at++;
    return read_flags(p, from, &group) && group;
}

static int parse_group(parser *p)
{
    flags outer = p->flags;
    int node;

    p->at++;
    if (!read_group_head(p))
        return 0; /* a failure, or flags alone */
    if (++p->depth > LIMIT_REGEX_DEPTH)
        return fail(p, "expression nests too deeply", p->all, p->end);
    node = parse_choice(p);
    p->depth--;
    p->flags = outer;
    if (!p->failed && !is(p, ")"))
        return fail(p, "missing closing )", p->all, p->end);
    p->at++;
    return node;
}

/* \Q...\E: each character stands for itself, and for itself alone should a repetition follow. */
static int parse_quoted(parser *p)
{
    const char *end;

    p->at += 2;
    end = memmem(p->at, (size_t)(p->end - p->at), "\\E", 2);
    while (!p->failed && p->at < (end ? end : p->end))
        add_child(p, p->sequence, literal(p, next_rune(p)));
    p->at += end ? 2 : 0;
    return 0;
}

static int simple(parser *p, enum regex_kind kind, int len)
{
    p->at += len;
    return add_node(p, kind);
}

static int parse_backslash(parser *p)
{
    char c = p->end - p->at > 1 ? p->at[1] : 0;
    int node;

    switch (c) {
    case 'A':
        return simple(p, REGEX_TEXT_BEGIN, 2);
    case 'z':
        return simple(p, REGEX_TEXT_END, 2);
    case 'b':
        return simple(p, REGEX_WORD_EDGE, 2);
    case 'B':
        return simple(p, REGEX_NO_WORD_EDGE, 2);
    case 'Q':
        return parse_quoted(p);
    default:
        break;
    }
    if (!c || !strchr("dDsSwWpP", c))
        return literal(p, read_escape(p));
    node = begin_set(p);
    read_named(p);
    return end_set(p, node, false);
}

static int parse_atom(parser *p)
{
    switch (*p->at) {
    case '(':
        return parse_group(p);
    case '[':
        return parse_class(p);
    case '\\':
        return parse_backslash(p);
    case '.':
        p->at++;
        return any(p);
    case '^':
        return simple(p, p->flags.lines ? REGEX_LINE_BEGIN : REGEX_TEXT_BEGIN, 1);
    case '$':
        return simple(p, p->flags.lines ? REGEX_LINE_END : REGEX_TEXT_END, 1);
    default:
        return literal(p, next_rune(p));
    }
}

static bool read_count(const char **at, const char *end, int *ret)
{
    const char *s = *at;

    if (s == end || *s < '0' || *s > '9' || (*s == '0' && end - s > 1 && s[1] >= '0' && s[1] <= '9'))
        return false;
    for (*ret = 0; s < end && *s >= '0' && *s <= '9'; s++)
        *ret = *ret > 100000 ? *ret : *ret * 10 + (*s - '0');
    *at = s;
    return true;
}

/* The operator at p->at, as min and max (-1: without end); *ret_end is behind it.  False: none, which is a literal brace. */
static bool read_repeat(const parser *p, int *ret_min, int *ret_max, const char **ret_end)
{
    const char *s = p->at + 1;

    *ret_min = *p->at == '+';
    *ret_max = *p->at == '?' ? 1 : -1;
    *ret_end = s;
    if (*p->at != '{')
        return true;
    if (!read_count(&s, p->end, ret_min))
        return false;
    *ret_max = *ret_min;
    if (s < p->end && *s == ',') {
        s++;
        *ret_max = -1;
        if (s < p->end && *s != '}' && !read_count(&s, p->end, ret_max))
            return false;
    }
    *ret_end = s + 1;
    return s < p->end && *s == '}';
}

/* The largest product of nested counts below node, which Go bounds by 1000. */
static int product(const regex_tree *t, int node)
{
    const regex_node *n = &t->nodes[node];
    int most = 1, child, own = n->kind == REGEX_REPEAT ? (n->max > n->min ? n->max : n->min) : 1;

    for (child = n->child; child; child = t->nodes[child].next) {
        int below = product(t, child);
        most = below > most ? below : most;
    }
    return own > 1 ? (own > 2000 / most ? 2001 : own * most) : most;
}

static bool is_repeat(const parser *p, int *ret_min, int *ret_max, const char **ret_end)
{
    return p->at < p->end && *p->at && strchr("*+?{", *p->at) && read_repeat(p, ret_min, ret_max, ret_end);
}

static int add_repeat(parser *p, int atom, int min, int max)
{
    int node = add_node(p, REGEX_REPEAT);

    if (!node)
        return 0;
    p->tree->nodes[node].min = min;
    p->tree->nodes[node].max = max;
    add_child(p, node, atom);
    return node;
}

/* After flags or a quotation an operator repeats what the sequence ends with; that node becomes the repetition. */
static int repeat_last(parser *p, int min, int max)
{
    int last = p->tree->nodes[p->sequence].last, copy = last ? add_node(p, REGEX_EMPTY) : 0, node;

    if (!copy)
        return 0;
    p->tree->nodes[copy] = p->tree->nodes[last];
    node = add_repeat(p, copy, min, max);
    if (node)
        p->tree->nodes[last] = p->tree->nodes[node];
    return node ? last : 0;
}

/* Wraps the atom (0: there is none) in the operator that follows it, if one does. */
static int parse_repeat(parser *p, int atom, bool *ret_more)
{
    const char *from = p->at, *end;
    int min, max, node;

    *ret_more = is_repeat(p, &min, &max, &end);
    if (!*ret_more)
        return atom;
    p->at = end;
    if (*from == '{' && (min > 1000 || max > 1000 || (max >= 0 && min > max)))
        return fail(p, "invalid repeat count", from, p->at);
    p->at += is(p, "?");
    if (p->repeated)
        return fail(p, "invalid nested repetition operator", p->repeated, p->at);
    node = atom ? add_repeat(p, atom, min, max) : repeat_last(p, min, max);
    if (!node)
        return fail(p, "missing argument to repetition operator", from, p->at);
    if (*from == '{' && product(p->tree, node) > 1000)
        return fail(p, "invalid repeat count", from, p->at);
    p->repeated = from;
    return atom ? node : 0;
}

static int parse_sequence(parser *p)
{
    int node = add_node(p, REGEX_SEQUENCE), outer = p->sequence, atom, min, max;
    const char *end;
    bool more;

    p->sequence = node;
    while (!p->failed && p->at < p->end && *p->at != '|' && *p->at != ')') {
        atom = is_repeat(p, &min, &max, &end) ? 0 : parse_atom(p);
        p->repeated = NULL;
        for (more = true; !p->failed && more;)
            atom = parse_repeat(p, atom, &more);
        if (atom && !p->failed)
            add_child(p, node, atom);
    }
    p->sequence = outer;
    return node;
}

static int parse_choice(parser *p)
{
    int node = add_node(p, REGEX_CHOICE);

    for (;;) {
        int sequence = parse_sequence(p);
        if (p->failed)
            return 0;
        add_child(p, node, sequence);
        if (!is(p, "|"))
            return node;
        p->at++;
    }
}

int regex_parse(const char *pattern, size_t len, regex_tree *ret, char **ret_why)
{
    parser p = {.all = pattern, .at = pattern, .end = pattern + len, .tree = ret, .why = ret_why};

    *ret = (regex_tree){0};
    *ret_why = NULL;
    add_node(&p, REGEX_EMPTY); /* 0 is none */
    ret->root = parse_choice(&p);
    if (!p.failed && p.at < p.end)
        fail(&p, "unexpected )", pattern, p.end);
    if (!p.failed)
        return 0;
    regex_tree_clear(ret);
    return -1;
}

void regex_tree_clear(regex_tree *t)
{
    free(t->nodes);
    free(t->ranges.at);
    *t = (regex_tree){0};
}
