/* What the cells of tables have in common: ages, lists, selectors, in the words of kubectl. */
#ifndef APISERVER_PRINT_H
#define APISERVER_PRINT_H

#include "core/buf.h"

#include <jansson.h>

#define DURATION_ROOM 32
/* "45s", "3m20s", "5h", "12d": about two significant figures. */
const char *print_duration(int64_t seconds, char room[DURATION_ROOM]);

/* The time since a timestamp (borrowed; no string: "<unknown>"). */
const char *print_since(const json_t *time, int64_t now_s, char room[DURATION_ROOM]);

/* Members of obj by a path of names with slashes between: "spec/template/spec".  NULL: not there. */
json_t *print_at(const json_t *obj, const char *path);
const char *print_text(const json_t *obj, const char *path); /* "" when it is no string */
json_int_t print_int(const json_t *obj, const char *path);   /* 0 when it is no integer */
bool print_true(const json_t *obj, const char *path);

/* The first of a list of objects whose member key is that text; NULL: none. */
json_t *print_find(const json_t *list, const char *key, const char *text);

/* Cells: the caller's. */
json_t *cell_text(const char *text, const char *otherwise); /* otherwise when text is "" */
json_t *cell_buf(buf *text);                                /* which is cleared */
json_t *cell_name(const json_t *obj, int64_t now_s);
json_t *cell_age(const json_t *obj, int64_t now_s);

/* "name" of each of a list of objects, with between between them. */
void print_each(const json_t *list, const char *name, const char *between, buf *out);
void print_labels(const json_t *labels, buf *out); /* "a=b,c=d", "<none>" */
/* A LabelSelector as a selector reads; "" when it selects everything or is absent. */
void print_selector(const json_t *selector, buf *out);

/* Strings in order, each once. */
json_t *print_sorted(const json_t *strings);

#endif
