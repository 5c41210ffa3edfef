/* The items of a list with their path elements. */
#ifndef APISERVER_APPLY_ROWS_H
#define APISERVER_APPLY_ROWS_H

#include "apiserver/apply/typed.h"

typedef struct row {
    element e;
    const json_t *value;
    size_t at; /* in the list */
} row;

typedef struct rows {
    row *v;
    size_t n;
} rows;

/* In the list's order; NULL is an empty list.  -1: *ret_problem is "element 1: ..." or mem failed. */
int rows_read(pool *mem, const place *p, const json_t *list, rows *ret, const char **ret_problem);
void rows_sort(rows *all);                           /* by element, then by place in the list */
rows rows_sorted(pool *mem, const rows *all);        /* a copy; empty when mem failed */
int rows_order(const row *a, const row *b);          /* by element */
size_t rows_run(const rows *sorted, size_t at);      /* how many from there have the same element */
const row *rows_find(const rows *sorted, element e); /* the first; NULL: none */

#endif
