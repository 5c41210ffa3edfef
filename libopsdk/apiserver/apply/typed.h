/* Documents by their schema, as structured-merge-diff sees them: scalars, maps and lists, each whole or by parts.
 *
 * Values are borrowed throughout; new ones share what they can with those they are made of, and must not be changed. */
#ifndef APISERVER_APPLY_TYPED_H
#define APISERVER_APPLY_TYPED_H

#include "apiserver/apply/fields.h"
#include "apiserver/schema/schema.h"

/* What is known of the type of one value. */
typedef struct place {
    const schema *s; /* NULL: what the value says */
    const char *key; /* a list without topology whose field has this merge key; NULL: none */
    bool atomic;     /* here, whatever the type says */
    bool set;        /* a list without topology that is merged without key */
    bool raw;        /* of no type, and all of it one */
    bool open;       /* unknown fields are allowed */
    bool root;       /* has apiVersion, kind and metadata */
    bool declared;   /* it came from a named field */
} place;

static inline place place_root(const schema *s)
{
    return (place){.s = s, .root = true};
}

enum shape { SHAPE_SCALAR, SHAPE_MAP, SHAPE_LIST };
enum shape place_shape(const place *p, const json_t *v);        /* how v (NULL: absent) is taken here */
bool place_atomic(const place *p, enum shape shape);            /* as one value */
bool place_field(const place *p, const char *name, place *ret); /* false: there is no such field, and may be none */
place place_item(const place *p);

/* The path element of a list's item; NULL and *ret_problem (static or in the pool) when it has none. */
typedef struct element {
    const char *text;
    char type;
} element;
int place_element(pool *mem, const place *list, const json_t *item, element *ret, const char **ret_problem);

bool value_equal(const json_t *a, const json_t *b); /* 1 is 1.0 */

/* ---- comparison ---- */

typedef struct comparison {
    const fields *removed, *modified, *added;
} comparison;

/* -1: an item of a list has no path element. */
int typed_compare(pool *mem, const schema *s, const json_t *from, const json_t *to, comparison *ret);

/* ---- others ---- */

/* All leaves of v. */
const fields *typed_fields(pool *mem, const schema *s, const json_t *v);

/* The set with the named fields on the way to its members. */
const fields *typed_with_parents(pool *mem, const schema *s, const fields *set);

/* What is wrong with v, as the server words it, appended to out; true: nothing. */
bool typed_check(pool *mem, const schema *s, const json_t *v, bool allow_doubles, buf *out);

/* Both new: to over from, lists and maps by parts; and v without the items and fields of set.  NULL: no memory. */
json_t *typed_merge(pool *mem, const schema *s, const json_t *from, const json_t *to);
json_t *typed_remove(pool *mem, const schema *s, json_t *v, const fields *set);

/* What the server has of an object of a built-in kind before anything is set: its structs, empty. */
json_t *typed_blank(const schema *s);

/* FieldsV1 as it is understood under this schema: parts of what is now atomic become one.  *ret_same: it is written just so.
 * -1: it is not valid. */
int typed_read_fields(pool *mem, const schema *s, const json_t *v, const fields **ret, bool *ret_same);

#endif
