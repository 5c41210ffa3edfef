#include "core/wheel.h"

#define DIGIT 6
#define MASK 63
#define FARTHEST (INT64_C(1) << (WHEEL_RINGS * DIGIT - 1)) /* what is due later is looked at then */

static unsigned ring_of(int64_t now, int64_t at)
{
    return (63 - (unsigned)__builtin_clzll((uint64_t)(now ^ at) | MASK)) / DIGIT;
}

static void put(wheel *w, wheel_node *n)
{
    int64_t far = w->now_ms + FARTHEST, at = n->due_ms < w->now_ms ? w->now_ms : n->due_ms > far ? far : n->due_ms;
    unsigned ring = ring_of(w->now_ms, at), i;

    if (ring >= WHEEL_RINGS)
        ring = WHEEL_RINGS - 1;
    i = (unsigned)(at >> (ring * DIGIT)) & MASK;
    n->slot = (uint16_t)(ring * 64 + i);
    n->prev = NULL;
    n->next = w->slots[n->slot];
    if (n->next)
        n->next->prev = n;
    w->slots[n->slot] = n;
    w->busy[ring] |= UINT64_C(1) << i;
}

static void cut(wheel *w, wheel_node *n)
{
    if (n->next)
        n->next->prev = n->prev;
    if (n->prev)
        n->prev->next = n->next;
    else
        w->slots[n->slot] = n->next;
    if (!w->slots[n->slot])
        w->busy[n->slot / 64] &= ~(UINT64_C(1) << (n->slot & MASK));
}

void wheel_add(wheel *w, wheel_node *n, int64_t due_ms)
{
    n->due_ms = due_ms;
    put(w, n);
    w->len++;
}

void wheel_remove(wheel *w, wheel_node *n)
{
    cut(w, n);
    w->len--;
}

/* The first slot that holds something, and when it begins.  In each ring all of them lie ahead, and whatever is in a ring comes before
 * all that is in the next. */
static int64_t first_slot(const wheel *w, unsigned *ret_ring, unsigned *ret_slot)
{
    for (unsigned ring = 0; ring < WHEEL_RINGS; ring++) {
        unsigned i;
        if (w->busy[ring] == 0)
            continue;
        i = (unsigned)__builtin_ctzll(w->busy[ring]);
        *ret_ring = ring;
        *ret_slot = ring * 64 + i;
        return w->now_ms >> (ring + 1) * DIGIT << (ring + 1) * DIGIT | (int64_t)i << ring * DIGIT;
    }
    return INT64_MAX;
}

/* Now has reached this slot: what is in it differs from now in a lower digit only. */
static void spread(wheel *w, unsigned slot)
{
    wheel_node *n = w->slots[slot], *next;

    w->slots[slot] = NULL;
    w->busy[slot / 64] &= ~(UINT64_C(1) << (slot & MASK));
    for (; n; n = next) {
        next = n->next;
        put(w, n);
    }
}

wheel_node *wheel_ripe(wheel *w, int64_t now_ms)
{
    for (;;) {
        unsigned ring = 0, slot = 0;
        int64_t start = first_slot(w, &ring, &slot);
        wheel_node *n;
        if (start > now_ms)
            break;
        if (start > w->now_ms)
            w->now_ms = start;
        if (ring > 0) {
            spread(w, slot);
            continue;
        }
        n = w->slots[slot];
        wheel_remove(w, n);
        return n;
    }
    if (now_ms > w->now_ms)
        w->now_ms = now_ms;
    return NULL;
}

int64_t wheel_next(const wheel *w)
{
    unsigned ring, slot;

    return first_slot(w, &ring, &slot);
}
