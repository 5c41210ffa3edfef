#include "apiserver/apply/fields.h"

#include <string.h>

void pool_clear(pool *p)
{
    arena_clear(&p->memory);
    buf_clear(&p->scratch);
}

void *pool_take(pool *p, size_t len)
{
    void *room = arena_take(&p->memory, len);

    p->failed = p->failed || !room;
    return room;
}

const char *pool_text(pool *p, const char *text, size_t len)
{
    const char *copy = arena_strndup(&p->memory, text, len);

    p->failed = p->failed || !copy;
    return copy;
}

int fields_order(char type, const char *text, char type2, const char *text2)
{
    return type != type2 ? (unsigned char)type - (unsigned char)type2 : strcmp(text, text2);
}

static int order(const fields *a, const fields *b)
{
    return fields_order(a->type, a->text, b->type, b->text);
}

/* ---- building ---- */

static void append(fields_list *l, fields *f)
{
    f->next = NULL;
    if (l->last)
        l->last->next = f;
    else
        l->first = f;
    l->last = f;
}

void fields_list_add(pool *p, fields_list *l, char type, const char *text, bool member, const fields *below)
{
    fields *f;

    if (!member && !below)
        return;
    f = pool_take(p, sizeof(*f));
    if (!f)
        return;
    *f = (fields){.below = below, .text = text, .type = type, .member = member};
    l->unsorted = l->unsorted || (l->last && order(l->last, f) >= 0);
    append(l, f);
}

/* The element's next element may be written: nobody else has it yet. */
static fields *merge(pool *p, fields *a, fields *b)
{
    fields_list out = {0};

    while (a && b) {
        int c = order(a, b);
        fields **from = c <= 0 ? &a : &b, *f = *from;
        *from = (fields *)f->next;
        if (c == 0) {
            f->member = f->member || b->member;
            f->below = fields_union(p, f->below, b->below);
            f->json = NULL;
            b = (fields *)b->next;
        }
        append(&out, f);
    }
    if (!out.last)
        return a ? a : b;
    out.last->next = a ? a : b;
    return out.first;
}

static fields *sort(pool *p, fields *list, size_t n)
{
    fields *half = list, *before = NULL;

    if (n < 2)
        return list;
    for (size_t i = 0; i < n / 2; i++) {
        before = half;
        half = (fields *)half->next;
    }
    before->next = NULL;
    return merge(p, sort(p, list, n / 2), sort(p, half, n - n / 2));
}

const fields *fields_list_done(pool *p, fields_list *l)
{
    size_t n = 0;

    if (!l->unsorted)
        return l->first;
    for (const fields *f = l->first; f; f = f->next)
        n++;
    return sort(p, l->first, n);
}

/* ---- operations ---- */

enum operation { UNION, WITHOUT, WITHOUT_TREE, COMMON };

/* Whether what comes out is still what went in on one side. */
typedef struct still {
    bool a, b;
} still;

static const fields *combine(pool *p, enum operation op, const fields *a, const fields *b, still *ret);

/* Is the element that was added last the same as f? */
static bool is_same(const fields_list *out, const fields *f)
{
    const fields *last = out->last;

    return last && last->text == f->text && last->member == f->member && last->below == f->below;
}

static void add_one(pool *p, fields_list *out, const fields *f)
{
    fields_list_add(p, out, f->type, f->text, f->member, f->below);
    if (is_same(out, f))
        out->last->json = f->json;
}

/* Adds what becomes of an element that is in both. */
static void add_both(pool *p, enum operation op, fields_list *out, const fields *a, const fields *b, still *ret_same)
{
    fields both = {.text = a->text, .type = a->type};
    still same = {0};

    if (op != WITHOUT_TREE || !b->member)
        both.below = combine(p, op, a->below, b->below, &same);
    both.member = op == UNION    ? a->member || b->member
                  : op == COMMON ? a->member && b->member
                                 : a->member && !b->member;
    same.a &= both.member == a->member;
    same.b &= both.member == b->member;
    ret_same->a &= same.a;
    ret_same->b &= same.b;
    add_one(p, out, same.a ? a : same.b ? b : &both);
}

/* The rest of a set is shared. */
static const fields *close_with(fields_list *out, const fields *rest)
{
    if (!out->last)
        return rest;
    out->last->next = rest;
    return out->first;
}

/* Where nothing changed it is a, or b in a union, with what is known of that.  Nothing of b is in what is no union: it may live shorter. */
static const fields *combine(pool *p, enum operation op, const fields *a, const fields *b, still *ret)
{
    const fields *all_a = a, *all_b = b;
    still same = {true, op == UNION};
    fields_list out = {0};

    while (a && b) {
        int c = order(a, b);
        if (c == 0)
            add_both(p, op, &out, a, b, &same);
        else if (c < 0 && op != COMMON)
            add_one(p, &out, a);
        else if (c > 0 && op == UNION)
            add_one(p, &out, b);
        same.a &= c == 0 || (c < 0 ? op != COMMON : op != UNION);
        same.b &= c >= 0;
        a = c <= 0 ? a->next : a;
        b = c >= 0 ? b->next : b;
    }
    same.a &= op == COMMON ? !a : op != UNION || !b;
    same.b &= !a;
    *ret = same;
    if (same.a || same.b)
        return same.a ? all_a : all_b;
    return close_with(&out, op == COMMON ? NULL : a ? a : op == UNION ? b : NULL);
}

static const fields *run(pool *p, enum operation op, const fields *a, const fields *b)
{
    still ignored;

    return combine(p, op, a, b, &ignored);
}

const fields *fields_union(pool *p, const fields *a, const fields *b)
{
    return run(p, UNION, a, b);
}

const fields *fields_without(pool *p, const fields *a, const fields *b)
{
    return run(p, WITHOUT, a, b);
}

const fields *fields_without_tree(pool *p, const fields *a, const fields *b)
{
    return run(p, WITHOUT_TREE, a, b);
}

const fields *fields_common(pool *p, const fields *a, const fields *b)
{
    return run(p, COMMON, a, b);
}

bool fields_equal(const fields *a, const fields *b)
{
    for (; a && b && a != b; a = a->next, b = b->next)
        if (a->member != b->member || order(a, b) != 0 || !fields_equal(a->below, b->below))
            return false;
    return a == b;
}

static const fields *find(const fields *set, char type, const char *text)
{
    int c = 1;

    for (; set; set = set->next) {
        c = fields_order(set->type, set->text, type, text);
        if (c >= 0)
            break;
    }
    return c == 0 ? set : NULL;
}

bool fields_has(const fields *set, char type, const char *text)
{
    const fields *f = find(set, type, text);

    return f && f->member;
}

const fields *fields_below(const fields *set, char type, const char *text)
{
    const fields *f = find(set, type, text);

    return f ? f->below : NULL;
}
