/* Does a document keep to its schema?  In structured-merge-diff's words. */
#include "apiserver/apply/rows.h"
#include "apiserver/go_print.h"

#include <string.h>

/* Where a check is, from there up. */
typedef struct path {
    const struct path *up; /* NULL: the root, which has no element */
    element e;
    size_t index; /* for elements of type 'i' */
} path;

typedef struct check {
    pool *mem;
    buf *out; /* each on a line of its own */
    size_t errors;
    bool doubles;
} check;

static void put_path(buf *out, const path *at)
{
    if (!at->up)
        return;
    put_path(out, at->up);
    if (at->e.type == 'i')
        buf_printf(out, "[%zu]", at->index);
    else
        fields_print(out, at->e.type, at->e.text);
}

/* Begins a message; what it says follows. */
static void begin(check *c, const path *at)
{
    buf_puts(c->out, c->errors++ ? "\n  " : "");
    put_path(c->out, at);
    buf_puts(c->out, at->up ? ": " : "");
}

/* expected WHAT, got VALUE in the form that Go gives it there. */
static void expected(check *c, const path *at, const char *what, const json_t *v)
{
    begin(c, at);
    buf_printf(c->out, "expected %s, got ", what);
    if (strncmp(what, "numeric", 7) == 0)
        buf_puts(c->out, go_type(v));
    else if (strcmp(what, "string") == 0) {
        buf_puts(c->out, "&value.valueUnstructured{Value:");
        go_syntax(c->out, v);
        buf_addc(c->out, '}');
    } else {
        buf_puts(c->out, "&{");
        go_show(c->out, v);
        buf_addc(c->out, '}');
    }
}

static void check_value(check *c, const place *p, const json_t *v, const path *at);

static bool has_format(const schema *s)
{
    return s->format && *s->format && strcmp(s->format, "byte") != 0;
}

static void check_scalar(check *c, const place *p, const json_t *v, const path *at)
{
    if (json_is_null(v))
        return;
    switch (p->s ? p->s->type : SCHEMA_ANY) {
    case SCHEMA_INTEGER:
    case SCHEMA_NUMBER:
        if (!json_is_number(v))
            expected(c, at, "numeric (int or float)", v);
        return;
    case SCHEMA_BOOLEAN:
        if (!json_is_boolean(v))
            expected(c, at, "boolean", v);
        return;
    case SCHEMA_STRING:
    case SCHEMA_BYTES:
    case SCHEMA_DURATION:
        if (!has_format(p->s) && !json_is_string(v)) {
            expected(c, at, "string", v);
            return;
        }
        break;
    default:
        break;
    }
    if (json_is_object(v) || json_is_array(v))
        expected(c, at, "any scalar", v);
}

static void check_map(check *c, const place *p, const json_t *v, const path *at)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)v, name, value)
    {
        path below = {.up = at, .e = {name, 'f'}};
        place child;
        if (!place_field(p, name, &child)) {
            begin(c, &below);
            buf_puts(c->out, "field not declared in schema");
            return; /* the server stops there, too */
        }
        check_value(c, &child, value, &below);
    }
}

static void check_items(check *c, const place *p, const json_t *v, const path *at)
{
    place of_item = place_item(p);

    for (size_t i = 0; i < json_array_size(v); i++) {
        path below = {.up = at, .e = {"", 'i'}, .index = i};
        check_value(c, &of_item, json_array_get(v, i), &below);
    }
}

/* In the list's order, as the server goes through it. */
static void check_elements(check *c, const place *p, const json_t *v, const path *at)
{
    place of_item = place_item(p);
    const char *problem;
    rows all, sorted;

    if (rows_read(c->mem, p, v, &all, &problem) < 0) {
        begin(c, at);
        buf_puts(c->out, problem);
        return;
    }
    sorted = rows_sorted(c->mem, &all);
    for (size_t i = 0; i < all.n && !c->mem->failed; i++) {
        path below = {.up = at, .e = all.v[i].e};
        if (!c->doubles && rows_find(&sorted, all.v[i].e)->at != i) {
            begin(c, at);
            buf_puts(c->out, "duplicate entries for key ");
            fields_print(c->out, all.v[i].e.type, all.v[i].e.text);
        }
        check_value(c, &of_item, all.v[i].value, &below);
    }
}

static void check_value(check *c, const place *p, const json_t *v, const path *at)
{
    enum shape shape = place_shape(p, v);

    if (shape == SHAPE_SCALAR)
        check_scalar(c, p, v, at);
    else if (json_is_null(v))
        return;
    else if (shape == SHAPE_MAP && !json_is_object(v))
        expected(c, at, "map", v);
    else if (shape == SHAPE_LIST && !json_is_array(v))
        expected(c, at, "list", v);
    else if (shape == SHAPE_MAP)
        check_map(c, p, v, at);
    else if (p->raw || !p->s || p->s->type != SCHEMA_LIST ||
             (!p->key && !p->set && p->s->topology != TOPOLOGY_MAP && p->s->topology != TOPOLOGY_SET))
        check_items(c, p, v, at);
    else
        check_elements(c, p, v, at);
}

bool typed_check(pool *mem, const schema *s, const json_t *v, bool allow_doubles, buf *out)
{
    auto_buf lines = BUF_INIT(out->max);
    check c = {.mem = mem, .out = &lines, .doubles = allow_doubles};
    place root = place_root(s);
    path top = {0};

    check_value(&c, &root, v, &top);
    if (c.errors > 1)
        buf_puts(out, "errors:\n  ");
    if (c.errors)
        buf_add(out, lines.data, lines.len);
    out->failed = out->failed || lines.failed;
    return c.errors == 0 && !out->failed;
}
