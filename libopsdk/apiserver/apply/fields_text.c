/* Sets of fields as FieldsV1, and as messages name them. */
#include "apiserver/apply/fields.h"
#include "apiserver/go_print.h"

#include <stdlib.h>
#include <string.h>

/* All leaves of one document are one and the same empty object. */
typedef struct writer {
    json_t *leaf;
    bool failed;
} writer;

static json_t *write_set(writer *w, const fields *set, bool self);

static json_t *write_below(writer *w, const fields *f)
{
    if (f->json)
        return json_incref(f->json);
    return f->below ? write_set(w, f->below, f->member) : json_incref(w->leaf);
}

static void put(writer *w, json_t *to, const fields *f)
{
    size_t len = strlen(f->text);
    char room[256], *name = len + 2 < sizeof(room) ? room : malloc(len + 3);

    if (!name) {
        w->failed = true;
        return;
    }
    name[0] = f->type;
    name[1] = ':';
    memcpy(name + 2, f->text, len + 1);
    if (json_object_setn_new_nocheck(to, name, len + 2, write_below(w, f)) < 0)
        w->failed = true;
    if (name != room)
        free(name);
}

static json_t *write_set(writer *w, const fields *set, bool self)
{
    json_t *to = json_object();

    if (!to || (self && json_object_set_nocheck(to, ".", w->leaf) < 0))
        w->failed = true;
    for (; set && !w->failed; set = set->next)
        put(w, to, set);
    return to;
}

json_t *fields_json(const fields *set, bool *ret_failed)
{
    writer w = {.leaf = json_object()};
    json_t *out;

    w.failed = !w.leaf;
    out = write_set(&w, set, false);
    json_decref(w.leaf);
    *ret_failed = *ret_failed || w.failed;
    return out;
}

/* ---- messages ---- */

/* structured-merge-diff's own: strings quoted, maps and lists never met. */
static void print_value(buf *out, const json_t *v)
{
    if (json_is_string(v))
        go_quote(out, json_string_value(v), json_string_length(v));
    else if (json_is_null(v))
        buf_puts(out, "null");
    else
        go_show(out, v);
}

static json_t *read_text(const char *text)
{
    return json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

static void print_keys(buf *out, const json_t *keys)
{
    const char *name, *before = "";
    json_t *value;

    json_object_foreach((json_t *)keys, name, value) /* which are in order in the text */
    {
        buf_printf(out, "%s%s=", before, name);
        print_value(out, value);
        before = ",";
    }
}

void fields_print(buf *out, char type, const char *text)
{
    json_t *v;

    if (type == 'f' || type == 'i') {
        buf_printf(out, type == 'f' ? ".%s" : "[%s]", text);
        return;
    }
    v = read_text(text);
    buf_puts(out, type == 'v' ? "[=" : "[");
    if (type == 'k')
        print_keys(out, v);
    else
        print_value(out, v);
    buf_addc(out, ']');
    json_decref(v);
}

/* ---- order of values: the server's, where it is not that of the texts ---- */

typedef struct element {
    const fields *f;
    json_t *value; /* of keys, values and indices */
} element;

/* Numbers, strings, booleans, lists, maps, null. */
static int rank(const json_t *v)
{
    return json_is_number(v)    ? 0
           : json_is_string(v)  ? 1
           : json_is_boolean(v) ? 2
           : json_is_array(v)   ? 3
           : json_is_object(v)  ? 4
                                : 5;
}

static int compare_values(const json_t *a, const json_t *b)
{
    int ra = rank(a), rb = rank(b);

    if (ra != rb)
        return ra - rb;
    if (ra == 0) {
        double x = json_number_value(a), y = json_number_value(b);
        return x < y ? -1 : x > y;
    }
    if (ra == 1)
        return strcmp(json_string_value(a), json_string_value(b));
    return ra == 2 ? json_is_true(a) - json_is_true(b) : 0;
}

static int compare_keys(const json_t *a, const json_t *b)
{
    void *x = json_object_iter((json_t *)a), *y = json_object_iter((json_t *)b);

    while (x && y) {
        int c = strcmp(json_object_iter_key(x), json_object_iter_key(y));
        c = c ? c : compare_values(json_object_iter_value(x), json_object_iter_value(y));
        if (c)
            return c;
        x = json_object_iter_next((json_t *)a, x);
        y = json_object_iter_next((json_t *)b, y);
    }
    return x ? 1 : y ? -1 : 0;
}

static int by_server_order(const void *a, const void *b)
{
    static const char types[] = "fkvi";
    const element *x = a, *y = b;

    if (x->f->type != y->f->type)
        return strchr(types, x->f->type) < strchr(types, y->f->type) ? -1 : 1;
    if (x->f->type == 'f')
        return strcmp(x->f->text, y->f->text);
    return x->f->type == 'k' ? compare_keys(x->value, y->value) : compare_values(x->value, y->value);
}

static element *elements_of(const fields *set, size_t *ret_n)
{
    element *all;
    size_t n = 0;

    for (const fields *f = set; f; f = f->next)
        n++;
    all = calloc(n + 1, sizeof(*all));
    for (*ret_n = 0; all && set; set = set->next)
        all[(*ret_n)++] = (element){set, set->type == 'f' ? NULL : read_text(set->text)};
    if (all)
        qsort(all, n, sizeof(*all), by_server_order);
    return all;
}

/* Members first, then what is below each. */
void fields_each(const fields *set, buf *path, each_field_fn *each, void *user)
{
    size_t n, len = path->len;
    element *all = elements_of(set, &n);

    if (!all) {
        path->failed = true;
        return;
    }
    for (size_t i = 0; i < 2 * n; i++) {
        const fields *f = all[i % n].f;
        fields_print(path, f->type, f->text);
        if (i < n && f->member && !path->failed)
            each(path->data, user);
        if (i >= n && f->below)
            fields_each(f->below, path, each, user);
        path->len = len;
    }
    for (size_t i = 0; i < n; i++)
        json_decref(all[i].value);
    free(all);
}
