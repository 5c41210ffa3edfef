#include "apiserver/apply/rows.h"

#include <stdlib.h>

int rows_read(pool *mem, const place *p, const json_t *list, rows *ret, const char **ret_problem)
{
    size_t n = json_array_size(list);
    const char *problem;

    *ret = (rows){.v = pool_take(mem, (n + 1) * sizeof(*ret->v))};
    *ret_problem = "no memory";
    for (; ret->v && ret->n < n; ret->n++) {
        row *it = ret->v + ret->n;
        *it = (row){.value = json_array_get(list, ret->n), .at = ret->n};
        if (place_element(mem, p, it->value, &it->e, &problem) == 0)
            continue;
        buf_reset(&mem->scratch);
        buf_printf(&mem->scratch, "element %zu: %s", ret->n, problem);
        *ret_problem = mem->scratch.failed ? problem : pool_text(mem, mem->scratch.data, mem->scratch.len);
        return -1;
    }
    return ret->v ? 0 : -1;
}

int rows_order(const row *a, const row *b)
{
    return fields_order(a->e.type, a->e.text, b->e.type, b->e.text);
}

static int by_element(const void *a, const void *b)
{
    const row *x = a, *y = b;
    int c = rows_order(x, y);

    return c ? c : x->at < y->at ? -1 : x->at > y->at;
}

void rows_sort(rows *all)
{
    for (size_t i = 1; i < all->n; i++) {
        if (by_element(all->v + i - 1, all->v + i) > 0) {
            qsort(all->v, all->n, sizeof(*all->v), by_element);
            return;
        }
    }
}

rows rows_sorted(pool *mem, const rows *all)
{
    rows copy = {pool_take(mem, (all->n + 1) * sizeof(*copy.v)), 0};

    for (; copy.v && copy.n < all->n; copy.n++)
        copy.v[copy.n] = all->v[copy.n];
    rows_sort(&copy);
    return copy;
}

size_t rows_run(const rows *sorted, size_t at)
{
    size_t n = 1;

    while (at + n < sorted->n && rows_order(sorted->v + at, sorted->v + at + n) == 0)
        n++;
    return n;
}

const row *rows_find(const rows *sorted, element e)
{
    row wanted = {.e = e};
    size_t low = 0, high = sorted->n;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (rows_order(sorted->v + middle, &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sorted->n && rows_order(sorted->v + low, &wanted) == 0 ? sorted->v + low : NULL;
}
