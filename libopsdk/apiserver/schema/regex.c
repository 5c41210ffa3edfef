#include "apiserver/schema/regex.h"

#include "apiserver/limits.h"
#include "apiserver/schema/regex_tree.h"

#include <stdlib.h>
#include <string.h>

enum op { OP_SET, OP_SPLIT, OP_JUMP, OP_ASSERT, OP_MATCH };

typedef struct step {
    enum op op;
    enum regex_kind assert;
    int x, y;       /* where to go on: both of SPLIT, x of JUMP */
    size_t from, n; /* ranges of SET */
} step;

struct regex {
    step *steps;
    size_t n, cap;
    regex_range *ranges;
};

typedef struct emitter {
    regex *re;
    const regex_node *nodes;
    bool failed, too_large;
} emitter;

static void emit(emitter *e, int node);

static int add_step(emitter *e, step s)
{
    regex *re = e->re;
    size_t cap = re->cap ? 2 * re->cap : 32;

    e->too_large |= re->n >= LIMIT_REGEX;
    if (e->failed || e->too_large)
        return 0;
    if (re->n == re->cap) {
        step *steps = reallocarray(re->steps, cap, sizeof(*steps));
        if (!steps) {
            e->failed = true;
            return 0;
        }
        re->steps = steps;
        re->cap = cap;
    }
    re->steps[re->n] = s;
    return (int)re->n++;
}

static int here(const emitter *e)
{
    return (int)e->re->n;
}

static bool stopped(const emitter *e)
{
    return e->failed || e->too_large;
}

static void emit_choice(emitter *e, int child)
{
    int split, jump;

    if (!e->nodes[child].next) {
        emit(e, child);
        return;
    }
    split = add_step(e, (step){.op = OP_SPLIT, .x = here(e) + 1});
    emit(e, child);
    jump = add_step(e, (step){.op = OP_JUMP});
    if (stopped(e))
        return;
    e->re->steps[split].y = here(e);
    emit_choice(e, e->nodes[child].next);
    if (!stopped(e))
        e->re->steps[jump].x = here(e);
}

/* child* */
static void emit_star(emitter *e, int child)
{
    int split = add_step(e, (step){.op = OP_SPLIT, .x = here(e) + 1});

    emit(e, child);
    add_step(e, (step){.op = OP_JUMP, .x = split});
    if (!stopped(e))
        e->re->steps[split].y = here(e);
}

static void emit_maybe(emitter *e, int child)
{
    int split = add_step(e, (step){.op = OP_SPLIT, .x = here(e) + 1});

    emit(e, child);
    if (!stopped(e))
        e->re->steps[split].y = here(e);
}

static void emit_repeat(emitter *e, const regex_node *node)
{
    int i;

    for (i = 0; i < node->min && !stopped(e); i++)
        emit(e, node->child);
    if (node->max < 0) {
        emit_star(e, node->child);
        return;
    }
    for (; i < node->max && !stopped(e); i++)
        emit_maybe(e, node->child);
}

static void emit(emitter *e, int at)
{
    const regex_node *node = &e->nodes[at];
    int child;

    if (stopped(e))
        return;
    switch (node->kind) {
    case REGEX_EMPTY:
        return;
    case REGEX_SET:
        add_step(e, (step){.op = OP_SET, .from = node->from, .n = node->n});
        return;
    case REGEX_SEQUENCE:
        for (child = node->child; child; child = e->nodes[child].next)
            emit(e, child);
        return;
    case REGEX_CHOICE:
        emit_choice(e, node->child);
        return;
    case REGEX_REPEAT:
        emit_repeat(e, node);
        return;
    default:
        add_step(e, (step){.op = OP_ASSERT, .assert = node->kind});
    }
}

regex *regex_new(const char *pattern, size_t len, char **ret_why)
{
    regex_tree tree;
    regex *re;
    emitter e;

    if (regex_parse(pattern, len, &tree, ret_why) < 0)
        return NULL;
    re = calloc(1, sizeof(*re));
    e = (emitter){.re = re, .nodes = tree.nodes, .failed = !re};
    if (re) {
        emit(&e, tree.root);
        add_step(&e, (step){.op = OP_MATCH});
        re->ranges = tree.ranges.at;
        tree.ranges.at = NULL;
    }
    regex_tree_clear(&tree);
    if (!stopped(&e))
        return re;
    if (e.too_large)
        *ret_why = strdup("the expression is too large for the embedded API server");
    return regex_free(re);
}

regex *regex_free(regex *re)
{
    if (re) {
        free(re->steps);
        free(re->ranges);
        free(re);
    }
    return NULL;
}

/* ---- matching: all states at once, so that no text can make it slow ---- */

typedef struct states { /* a set of steps, in order of adding */
    int *list, *place;
    size_t n;
} states;

typedef struct matcher {
    const regex *re;
    const char *text;
    size_t len;
    states now, next;
    int *todo;
} matcher;

static bool has(const states *s, int at)
{
    return (size_t)s->place[at] < s->n && s->list[s->place[at]] == at;
}

static void put(states *s, int at)
{
    s->place[at] = (int)s->n;
    s->list[s->n++] = at;
}

static bool is_word(const matcher *m, size_t at)
{
    char c = at < m->len ? m->text[at] : 0;

    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

static bool holds(const matcher *m, enum regex_kind assert, size_t at)
{
    bool edge = (at > 0 && is_word(m, at - 1)) != is_word(m, at);

    switch (assert) {
    case REGEX_TEXT_BEGIN:
        return at == 0;
    case REGEX_TEXT_END:
        return at == m->len;
    case REGEX_LINE_BEGIN:
        return at == 0 || m->text[at - 1] == '\n';
    case REGEX_LINE_END:
        return at == m->len || m->text[at] == '\n';
    default:
        return assert == REGEX_WORD_EDGE ? edge : !edge;
    }
}

/* Adds first and all that is reached from it without a character.  True: the whole expression is. */
static bool reach(matcher *m, states *s, int first, size_t at)
{
    size_t n = 0;

    if (!has(s, first)) {
        put(s, first);
        m->todo[n++] = first;
    }
    while (n > 0) {
        const step *now = &m->re->steps[m->todo[--n]];
        int self = (int)(now - m->re->steps), to[2] = {-1, -1}, i;

        if (now->op == OP_MATCH)
            return true;
        if (now->op == OP_ASSERT && holds(m, now->assert, at))
            to[0] = self + 1;
        if (now->op == OP_JUMP || now->op == OP_SPLIT)
            to[0] = now->x;
        if (now->op == OP_SPLIT)
            to[1] = now->y;
        for (i = 0; i < 2; i++) {
            if (to[i] >= 0 && !has(s, to[i])) {
                put(s, to[i]);
                m->todo[n++] = to[i];
            }
        }
    }
    return false;
}

static bool in_set(const regex *re, const step *s, int32_t rune)
{
    size_t lo = s->from, hi = s->from + s->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (rune < re->ranges[mid].lo)
            hi = mid;
        else if (rune > re->ranges[mid].hi)
            lo = mid + 1;
        else
            return true;
    }
    return false;
}

static bool run(matcher *m)
{
    size_t at = 0, i;

    for (;;) {
        int32_t rune;
        states old;

        if (reach(m, &m->now, 0, at))
            return true;
        if (at == m->len)
            return false;
        at += rune_next(m->text + at, m->len - at, &rune);
        m->next.n = 0;
        for (i = 0; i < m->now.n; i++) {
            const step *s = &m->re->steps[m->now.list[i]];
            if (s->op == OP_SET && in_set(m->re, s, rune) && reach(m, &m->next, m->now.list[i] + 1, at))
                return true;
        }
        old = m->now;
        m->now = m->next;
        m->next = old;
    }
}

int regex_match(const regex *re, const char *text, size_t len)
{
    size_t n = re->n;
    int *room = calloc(5 * n, sizeof(*room)), found;
    matcher m = {.re = re, .text = text, .len = len};

    if (!room)
        return -1;
    m.now = (states){.list = room, .place = room + n};
    m.next = (states){.list = room + 2 * n, .place = room + 3 * n};
    m.todo = room + 4 * n;
    found = run(&m);
    free(room);
    return found;
}
