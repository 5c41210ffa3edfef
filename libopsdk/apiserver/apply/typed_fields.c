/* Sets of fields made of documents, and by their schema. */
#include "apiserver/apply/rows.h"
#include "apiserver/go_print.h"

#include <stdlib.h>
#include <string.h>

/* ---- all leaves of a value ---- */

static const fields *leaves(pool *mem, const place *p, const json_t *v, bool *ret_member);

static const fields *leaves_of_list(pool *mem, const place *p, const json_t *v)
{
    fields_list out = {0};
    const char *problem;
    place of_item = place_item(p);
    rows all;

    if (rows_read(mem, p, v, &all, &problem) < 0)
        return NULL;
    rows_sort(&all);
    for (size_t i = 0, n; i < all.n; i += n) {
        const row *r = all.v + i;
        bool member;
        n = rows_run(&all, i); /* of doubles only that they are there */
        fields_list_add(mem, &out, r->e.type, r->e.text, true,
                        n == 1 ? leaves(mem, &of_item, r->value, &member) : NULL);
    }
    return fields_list_done(mem, &out);
}

static const fields *leaves_of_map(pool *mem, const place *p, const json_t *v)
{
    fields_list out = {0};
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)v, name, value)
    {
        const fields *below;
        bool member = false;
        place child;
        place_field(p, name, &child);
        below = leaves(mem, &child, value, &member);
        if (json_is_null(value) || (json_is_object(value) && json_object_size(value) == 0) || !child.declared)
            member = true;
        fields_list_add(mem, &out, 'f', name, member, below);
    }
    return fields_list_done(mem, &out);
}

static const fields *leaves(pool *mem, const place *p, const json_t *v, bool *ret_member)
{
    enum shape shape = place_shape(p, v);

    *ret_member = place_atomic(p, shape);
    if (*ret_member)
        return NULL;
    return shape == SHAPE_LIST ? leaves_of_list(mem, p, v) : leaves_of_map(mem, p, v);
}

const fields *typed_fields(pool *mem, const schema *s, const json_t *v)
{
    place root = place_root(s);
    bool ignored;

    return leaves(mem, &root, v, &ignored);
}

/* ---- parents ---- */

/* p NULL: nothing is known of the type. */
static const fields *with_parents(pool *mem, const place *p, const fields *set)
{
    fields_list out = {0};

    for (; set; set = set->next) {
        bool known = p && set->type == 'f' && place_shape(p, NULL) == SHAPE_MAP, member = set->member;
        place child;
        if (known) {
            known = place_field(p, set->text, &child);
            member = member || (known && child.declared && set->below);
        } else if (p && set->type == 'k' && (p->s == NULL || p->s->type == SCHEMA_LIST || p->s->type == SCHEMA_ANY)) {
            child = place_item(p);
            known = true;
        }
        fields_list_add(mem, &out, set->type, set->text, member, with_parents(mem, known ? &child : NULL, set->below));
    }
    return out.first;
}

const fields *typed_with_parents(pool *mem, const schema *s, const fields *set)
{
    place root = place_root(s);

    return with_parents(mem, &root, set);
}

/* ---- FieldsV1 ---- */

typedef struct reading {
    pool *mem;
    bool same;
} reading;

/* The text of an element in the one form; NULL: it is none. */
static const char *canonical(reading *r, char type, const char *text)
{
    json_t *v = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    const char *form = NULL;

    if (v && (type == 'v' || json_is_object(v))) {
        buf_reset(&r->mem->scratch);
        go_json(&r->mem->scratch, v);
        if (!r->mem->scratch.failed && r->mem->scratch.data)
            form = strcmp(r->mem->scratch.data, text) == 0
                       ? text
                       : pool_text(r->mem, r->mem->scratch.data, r->mem->scratch.len);
        r->same = r->same && form == text;
    }
    json_decref(v);
    return form;
}

/* {"name":"plain"}, which needs no second look. */
static bool is_plain_key(const char *text)
{
    const char *at = text;

    if (strncmp(at, "{\"", 2) != 0)
        return false;
    at += 2;
    at += strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (strncmp(at, "\":\"", 3) != 0)
        return false;
    at += 3;
    at += strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/");
    return strcmp(at, "\"}") == 0;
}

/* 1: an element; 0: of a type that is left out; -1: no element at all. */
static int read_element(reading *r, const char *name, element *ret)
{
    char *end;

    if (!name[0] || name[1] != ':')
        return -1;
    *ret = (element){name + 2, name[0]};
    if (name[0] == 'f')
        return 1;
    if (name[0] == 'i') {
        strtol(ret->text, &end, 10);
        return *ret->text && !*end ? 1 : -1;
    }
    if (name[0] != 'k' && name[0] != 'v') {
        r->same = false;
        return 0;
    }
    if (name[0] == 'v' || !is_plain_key(ret->text))
        ret->text = canonical(r, name[0], ret->text);
    return ret->text ? 1 : -1;
}

static place under(const place *p, element e)
{
    place child;

    if (e.type != 'f')
        return place_item(p);
    place_field(p, e.text, &child);
    return child;
}

/* Has the type become atomic since? */
static bool is_atomic_now(const place *p)
{
    if (!p->s || (p->s->type == SCHEMA_ANY && !p->raw))
        return false; /* it says nothing */
    return p->raw || (place_shape(p, NULL) != SHAPE_SCALAR && place_atomic(p, place_shape(p, NULL)));
}

static int read_set(reading *r, const place *p, const json_t *v, const fields **ret, bool *ret_member);

static int read_member(reading *r, const place *p, const char *name, const json_t *value, fields_list *out)
{
    const fields *below = NULL;
    bool member = false, others = r->same;
    element e = {NULL, 0};
    place child;
    int kind = read_element(r, name, &e);

    if (kind <= 0)
        return kind;
    child = under(p, e);
    r->same = true;
    if (read_set(r, &child, value, &below, &member) < 0)
        return -1;
    if (below && is_atomic_now(&child)) {
        below = NULL;
        member = true;
        r->same = false;
    }
    fields_list_add(r->mem, out, e.type, e.text, member, below);
    if (r->same && !r->mem->failed)
        out->last->json = (json_t *)value;
    r->same = r->same && others;
    return 0;
}

static int read_set(reading *r, const place *p, const json_t *v, const fields **ret, bool *ret_member)
{
    fields_list out = {0};
    const char *name;
    json_t *value;

    if (!json_is_object(v) && !json_is_null(v))
        return -1;
    r->same = r->same && !json_is_null(v);
    json_object_foreach((json_t *)v, name, value)
    {
        if (strcmp(name, ".") == 0) {
            *ret_member = true;
            r->same = r->same && json_is_object(value) && json_object_size(value) == 0;
        } else if (read_member(r, p, name, value, &out) < 0) {
            return -1;
        }
    }
    *ret = fields_list_done(r->mem, &out);
    r->same = r->same && (*ret || !*ret_member); /* a dot alone is left out */
    *ret_member = *ret_member || !*ret;
    return 0;
}

int typed_read_fields(pool *mem, const schema *s, const json_t *v, const fields **ret, bool *ret_same)
{
    reading r = {mem, true};
    place root = place_root(s);
    bool ignored = false;
    int result = read_set(&r, &root, v, ret, &ignored);

    *ret_same = r.same && !ignored;
    return mem->failed ? -1 : result;
}
