#include "apiserver/jsonpath.h"
#include "apiserver/limits.h"
#include "core/buf.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The way along a path: the values reached so far.  A step replaces them.  When checking only, there are none and nothing is an
 * error but bad syntax. */
typedef struct way {
    const char *at, *end;
    json_t *values; /* array, owned */
    bool checking;
    unsigned depth;
} way;

static int follow(way *w);

/* ---- steps ---- */

static int put_values(way *w, json_t *values)
{
    json_decref(w->values);
    w->values = values;
    return values && json_array_size(values) <= LIMIT_PATH_VALUES ? 0 : -1;
}

static int step_field(way *w, const char *name, size_t len)
{
    json_t *found = json_array(), *value;
    size_t i;

    json_array_foreach(w->values, i, value) if (json_object_getn(value, name, len))
        json_array_append(found, json_object_getn(value, name, len));
    return put_values(w, found);
}

static void add_members(json_t *found, const json_t *value)
{
    const char *key;
    json_t *member;

    if (json_is_array(value))
        json_array_extend(found, (json_t *)value);
    json_object_foreach((json_t *)value, key, member) json_array_append(found, member);
}

static int step_all(way *w)
{
    json_t *found = json_array(), *value;
    size_t i;

    json_array_foreach(w->values, i, value) add_members(found, value);
    return put_values(w, found);
}

/* Each container before what is in it. */
static int descend(json_t *found, const json_t *values, unsigned depth)
{
    json_t *value;
    size_t i;
    int r = 0;

    if (depth > LIMIT_DEPTH || json_array_size(found) > LIMIT_PATH_VALUES)
        return -1;
    json_array_foreach((json_t *)values, i, value)
    {
        json_auto_t *members = json_array();
        add_members(members, value);
        if (json_array_size(members) == 0)
            continue;
        json_array_append(found, value);
        r |= descend(found, members, depth + 1);
    }
    return r;
}

static int step_descend(way *w)
{
    json_t *found = json_array();

    if (descend(found, w->values, 0) < 0) {
        json_decref(found);
        return -1;
    }
    return put_values(w, found);
}

/* [from:to:step], or [index] when to is not given. */
typedef struct slice {
    long from, to, step;
    bool has_from, has_to, has_step, one;
} slice;

/* Negative numbers count from the end.  -1: out of bounds. */
static int add_slice(json_t *found, const json_t *list, const slice *s)
{
    long len = (long)json_array_size(list), from = s->has_from ? s->from : 0, to = s->has_to ? s->to : len;

    from += from < 0 ? len : 0;
    if (s->one)
        to = s->from + 1;
    to += to < 0 || (s->one && to == 0) ? len : 0;
    if (from == to)
        return 0;
    if (from < 0 || from >= len || to < 0 || to > len || from > to || (s->has_step && s->step <= 0))
        return -1;
    for (long i = from; i < to; i += s->has_step ? s->step : 1)
        json_array_append(found, json_array_get(list, (size_t)i));
    return 0;
}

static int step_slice(way *w, const slice *s)
{
    json_t *found = json_array(), *value;
    size_t i;
    int r = 0;

    json_array_foreach(w->values, i, value) if (!json_is_null(value)) r |=
        json_is_array(value) ? add_slice(found, value, s) : -1;
    if (r < 0) {
        json_decref(found);
        return -1;
    }
    return put_values(w, found);
}

/* A literal stands once for each value reached, so that a filter has something to compare with. */
static int step_literal(way *w, json_t *literal)
{
    json_t *found = json_array();

    for (size_t i = 0; i < json_array_size(w->values); i++)
        json_array_append(found, literal);
    json_decref(literal);
    return put_values(w, found);
}

/* ---- filters ---- */

static int order_of(int a_below_b, int equal)
{
    return equal ? 0 : a_below_b ? -1 : 1;
}

/* -1, 0, 1; 2: cannot be compared.  Numbers with and without a fraction are of different types. */
static int compare(const json_t *a, const json_t *b)
{
    if (json_is_string(a) && json_is_string(b)) {
        int r = strcmp(json_string_value(a), json_string_value(b));
        return r < 0 ? -1 : r > 0;
    }
    if (json_is_integer(a) && json_is_integer(b))
        return order_of(json_integer_value(a) < json_integer_value(b), json_integer_value(a) == json_integer_value(b));
    if (json_is_real(a) && json_is_real(b))
        return order_of(json_real_value(a) < json_real_value(b), json_equal(a, b));
    if (json_is_boolean(a) && json_is_boolean(b))
        return json_is_true(a) == json_is_true(b) ? 0 : 3;
    return 2;
}

/* 1: holds; 0: not; -1: cannot be said. */
static int holds(const json_t *a, const char *operator, size_t len, const json_t *b)
{
    static const struct {
        const char *name;
        int below, equal, above;
    } operators[] = {{"==", 0, 1, 0}, {"!=", 1, 0, 1}, {"<", 1, 0, 0},
                     {">", 0, 0, 1},  {"<=", 1, 1, 0}, {">=", 0, 1, 1}};
    int r = compare(a, b);

    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (strlen(operators[i].name) != len || strncmp(operators[i].name, operator, len) != 0)
            continue;
        if (r == 2 || (json_is_boolean(a) && i > 1))
            return -1;
        return r == 0 ? operators[i].equal : r < 0 ? operators[i].below : operators[i].above;
    }
    return -1;
}

/* What a part of a filter finds in one element; NULL: an error. */
static json_t *side(const way *w, const char *at, const char *end, json_t *element)
{
    way part = {.at = at, .end = end, .values = json_pack("[O]", element), .depth = w->depth + 1};

    if (part.values && follow(&part) == 0)
        return part.values;
    json_decref(part.values);
    return NULL;
}

typedef struct filter {
    const char *left, *operator, * right, *end; /* operator NULL: does left find anything? */
    size_t operator_len;
} filter;

/* 1: takes the element; -1: cannot be said. */
static int passes(const way *w, const filter *f, json_t *element)
{
    json_auto_t *left = side(w, f->left, f->operator? f->operator : f->end, element), *right = NULL;

    if (!f->operator)
        return json_array_size(left) > 0;
    right = side(w, f->right, f->end, element);
    if (!left || !right || json_array_size(left) > 1 || json_array_size(right) > 1)
        return -1;
    if (json_array_size(left) == 0 || json_array_size(right) == 0)
        return 0;
    return holds(json_array_get(left, 0), f->operator, f->operator_len, json_array_get(right, 0));
}

static int filter_list(const way *w, const filter *f, const json_t *list, json_t *found)
{
    json_t *element;
    size_t i;

    if (!json_is_array(list))
        return -1;
    json_array_foreach((json_t *)list, i, element)
    {
        int r = passes(w, f, element);
        if (r < 0)
            return -1;
        if (r)
            json_array_append(found, element);
    }
    return 0;
}

static int check_side(const way *w, const char *at, const char *end)
{
    way part = {.at = at, .end = end, .values = json_array(), .checking = true, .depth = w->depth + 1};
    int r = follow(&part);

    json_decref(part.values);
    return r;
}

static int step_filter(way *w, const filter *f)
{
    json_t *found = json_array(), *value;
    size_t i;
    int r = 0;

    if (w->checking)
        r = check_side(w, f->left, f->operator? f->operator : f->end) |
            (f->operator? check_side(w, f->right, f->end) : 0);
    json_array_foreach(w->values, i, value) r |= filter_list(w, f, value, found);
    if (r < 0) {
        json_decref(found);
        return -1;
    }
    return put_values(w, found);
}

/* ---- syntax ---- */

static bool ends_name(char c)
{
    return c == '\0' || strchr(" \t\r\n.,[]$@{}", c) != NULL;
}

/* The name up to the next sign, with backslashes taken out. */
static int read_field(way *w)
{
    auto_buf name = BUF_INIT(LIMIT_OBJECT);

    while (w->at < w->end && !ends_name(*w->at)) {
        if (*w->at == '\\' && ++w->at == w->end)
            break;
        buf_addc(&name, *w->at++);
    }
    if (name.failed)
        return -1;
    if (name.len == 1 && name.data[0] == '*')
        return step_all(w);
    return step_field(w, name.data ? name.data : "", name.len);
}

static int read_quoted(way *w, char quote)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);

    while (w->at < w->end && *w->at != quote) {
        if (*w->at == '\\' && ++w->at == w->end)
            return -1;
        buf_addc(&text, *w->at++);
    }
    if (w->at++ >= w->end || text.failed)
        return -1;
    return step_literal(w, json_stringn(text.data ? text.data : "", text.len));
}

static int read_number(way *w)
{
    char room[64], *end;
    size_t len = 1;
    json_t *number;

    while (w->at + len < w->end && (isdigit((unsigned char)w->at[len]) || w->at[len] == '.'))
        len++;
    if (len >= sizeof(room))
        return -1;
    memcpy(room, w->at, len);
    room[len] = '\0';
    w->at += len;
    errno = 0;
    number = json_integer(strtoll(room, &end, 10));
    if (*end || errno) {
        json_decref(number);
        number = json_real(strtod(room, &end));
    }
    if (*end || end == room) {
        json_decref(number);
        return -1;
    }
    return step_literal(w, number);
}

static int read_word(way *w)
{
    const char *start = w->at;
    size_t len;

    while (w->at < w->end && !ends_name(*w->at))
        w->at++;
    len = (size_t)(w->at - start);
    if (len == 4 && strncmp(start, "true", 4) == 0)
        return step_literal(w, json_true());
    if (len == 5 && strncmp(start, "false", 5) == 0)
        return step_literal(w, json_false());
    return -1; /* "range" and its like make no sense in one value */
}

/* Digits up to a colon or the end; false: no number. */
static bool read_bound(const char **at, const char *end, long *ret, bool *ret_given)
{
    char *stop;

    *ret_given = *at < end && **at != ':';
    if (!*ret_given)
        return true;
    if (!isdigit((unsigned char)**at) && !(**at == '-' && isdigit((unsigned char)(*at)[1])))
        return false;
    *ret = strtol(*at, &stop, 10);
    *at = stop;
    return stop <= end && (stop == end || *stop == ':');
}

static bool read_slice(const char *at, const char *end, slice *s)
{
    *s = (slice){0};
    if (!read_bound(&at, end, &s->from, &s->has_from))
        return false;
    s->one = at == end;
    if (at < end) {
        at++;
        if (!read_bound(&at, end, &s->to, &s->has_to))
            return false;
    }
    if (at < end) {
        at++;
        if (!read_bound(&at, end, &s->step, &s->has_step))
            return false;
    }
    return at == end;
}

static int read_union(way *w, const char *at, const char *end);

/* What stands between brackets. */
static int read_index(way *w, const char *at, const char *end)
{
    size_t len = (size_t)(end - at);
    slice s;

    if (memchr(at, ',', len))
        return read_union(w, at, end);
    if (len == 1 && *at == '*')
        return step_slice(w, &(slice){0});
    if (len >= 3 && *at == '\'' && end[-1] == '\'') {
        way name = {.at = at + 1, .end = end - 1, .values = json_incref(w->values), .depth = w->depth + 1};
        int r = read_field(&name) < 0 ? -1 : follow(&name); /* ['a.b'] is .a.b, as there */
        return put_values(w, name.values) | r;
    }
    return read_slice(at, end, &s) ? step_slice(w, &s) : -1;
}

static int read_union(way *w, const char *at, const char *end)
{
    json_t *found = json_array();
    int r = 0;

    while (at <= end && r == 0) {
        const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end, *next = stop + 1;
        way part = {.values = json_incref(w->values), .checking = w->checking, .depth = w->depth};
        while (at < stop && *at == ' ')
            at++;
        while (stop > at && stop[-1] == ' ')
            stop--;
        r = read_index(&part, at, stop);
        json_array_extend(found, part.values);
        json_decref(part.values);
        at = next;
    }
    return put_values(w, found) | r;
}

static int read_brackets(way *w)
{
    const char *close = memchr(w->at, ']', (size_t)(w->end - w->at)), *at = w->at;

    if (!close)
        return -1;
    w->at = close + 1;
    return read_index(w, at, close);
}

/* The closing ")]" that stands in no string; NULL: none. */
static const char *end_of_filter(const char *at, const char *end)
{
    char quote = 0;

    for (; at < end; at++) {
        if (quote ? *at == quote && at[-1] != '\\' : *at == '"' || *at == '\'')
            quote = quote ? 0 : *at;
        else if (!quote && *at == ')')
            return at + 1 < end && at[1] == ']' ? at : NULL;
    }
    return NULL;
}

static int read_filter(way *w)
{
    static const char signs[] = "!<>=";
    filter f = {.left = w->at, .end = end_of_filter(w->at, w->end)};
    const char *at = w->at;

    if (!f.end)
        return -1;
    w->at = f.end + 2;
    while (at < f.end && !strchr(signs, *at))
        at++;
    if (at == f.end || at == f.left)
        return step_filter(w, &f);
    f.operator= at;
    f.operator_len = strspn(at, signs);
    f.right = at + f.operator_len;
    return f.right < f.end ? step_filter(w, &f) : -1;
}

static int read_descend(way *w)
{
    if (w->at + 1 < w->end && w->at[0] == '.' && w->at[1] == '.')
        return -1;
    if (step_descend(w) < 0)
        return -1;
    return w->at < w->end && (isalnum((unsigned char)*w->at) || *w->at == '_') ? read_field(w) : 0;
}

static bool skip(way *w, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(w->end - w->at) < len || strncmp(w->at, text, len) != 0)
        return false;
    w->at += len;
    return true;
}

static int read_step(way *w)
{
    char c = *w->at;

    if (skip(w, "[?("))
        return read_filter(w);
    if (skip(w, ".."))
        return read_descend(w);
    if (skip(w, " ") || skip(w, "@") || skip(w, "$"))
        return 0;
    if (skip(w, "["))
        return read_brackets(w);
    if (skip(w, "\"") || skip(w, "'"))
        return read_quoted(w, c);
    if (skip(w, "."))
        return read_field(w);
    if (c == '+' || c == '-' || isdigit((unsigned char)c))
        return read_number(w);
    return isalpha((unsigned char)c) || c == '_' ? read_word(w) : -1;
}

static int follow(way *w)
{
    if (w->depth > LIMIT_DEPTH)
        return -1;
    while (w->at < w->end && *w->at != '}') /* which ends the template that the path stands in */
        if (read_step(w) < 0)
            return -1;
    return 0;
}

/* ---- */

json_t *jsonpath_all(const char *path, const json_t *obj)
{
    way w = {.at = path, .end = path + strlen(path), .values = json_pack("[O]", obj)};

    /* Where nothing is found the rest would not be looked at. */
    if (w.values && jsonpath_is_valid(path) && follow(&w) == 0)
        return w.values;
    json_decref(w.values);
    return NULL;
}

json_t *jsonpath_first(const char *path, const json_t *obj)
{
    json_auto_t *all = jsonpath_all(path, obj);

    return json_incref(json_array_get(all, 0));
}

bool jsonpath_is_valid(const char *path)
{
    way w = {.at = path, .end = path + strlen(path), .values = json_array(), .checking = true};
    bool valid = w.values && follow(&w) == 0;

    json_decref(w.values);
    return valid;
}
