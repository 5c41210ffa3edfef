/* Sets of fields, as managedFields has them: trees of path elements, each a member or only on the way to members.
 *
 * A set is its first path element; the others follow in order.  NULL is the empty set: an element that is no member has members below it.
 * Sets are immutable and share parts; all of one write live in its pool, and what they point to must live as long. */
#ifndef APISERVER_APPLY_FIELDS_H
#define APISERVER_APPLY_FIELDS_H

#include "apiserver/arena.h"
#include "core/buf.h"
#include "core/limits.h"

#include <jansson.h>

typedef struct fields {
    const struct fields *next;  /* in order of type and text */
    const struct fields *below; /* what is under it */
    const char *text;           /* a name; of the other types the JSON in the one form that the server writes */
    json_t *json;               /* what FieldsV1 has for it, borrowed; NULL: it is to be made */
    char type;                  /* 'f'ield, 'k'eys of an item, 'v'alue of an item, 'i'ndex */
    bool member;
} fields;

/* Memory of one write.  Failure sticks: what is asked for then is NULL, and sets are incomplete; who uses one looks at the end. */
typedef struct pool {
    arena memory;
    buf scratch; /* to build texts in */
    bool failed;
    const char *problem; /* why the documents do not do, in the server's words; NULL: they do */
} pool;
#define POOL_INIT ((pool){.scratch = {.max = LIMIT_OBJECT}})

void pool_clear(pool *p);
#define auto_pool __attribute__((cleanup(pool_clear))) pool
void *pool_take(pool *p, size_t len);
const char *pool_text(pool *p, const char *text, size_t len);

/* ---- building: elements in any order, then fields_list_done ---- */

typedef struct fields_list {
    fields *first, *last;
    bool unsorted;
} fields_list;

/* Adds nothing when it would be useless: no member and nothing below. */
void fields_list_add(pool *p, fields_list *l, char type, const char *text, bool member, const fields *below);
/* Sorted, and of elements that are there twice one. */
const fields *fields_list_done(pool *p, fields_list *l);

/* ---- operations on paths: a parent and its child are apart ---- */

const fields *fields_union(pool *p, const fields *a, const fields *b);
const fields *fields_without(pool *p, const fields *a, const fields *b); /* a - b */
const fields *fields_without_tree(pool *p, const fields *a,
                                  const fields *b); /* likewise, and all that is below b's members */
const fields *fields_common(pool *p, const fields *a, const fields *b);
bool fields_equal(const fields *a, const fields *b);
bool fields_has(const fields *set, char type, const char *text);            /* a member at the top? */
const fields *fields_below(const fields *set, char type, const char *text); /* what is under that element */
int fields_order(char type, const char *text, char type2, const char *text2);

/* ---- FieldsV1 ---- */

json_t *fields_json(const fields *set, bool *ret_failed); /* the caller's */

/* Writes a path element as messages have it: .name, [name="x"], [="x"], [0]. */
void fields_print(buf *out, char type, const char *text);

/* Calls each for all members in the server's order; path is the text of the whole, NUL-terminated. */
typedef void each_field_fn(const char *path, void *user);
void fields_each(const fields *set, buf *path, each_field_fn *each, void *user);

#endif
