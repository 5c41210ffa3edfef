#include "apiserver/kinds/check.h"
#include "apiserver/names.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

OPSDK_PRINTF(4, 0)
static void wrong(field_errors *errors, const char *path, json_t *value, const char *fmt, va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, fmt, args) >= 0)
        field_invalid(errors, path, value, "%s", text);
    free(text);
    json_decref(value);
}

void wrong_text(field_errors *errors, const char *path, const char *value, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    wrong(errors, path, json_string(value), fmt, args);
    va_end(args);
}

void wrong_int(field_errors *errors, const char *path, json_int_t value, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    wrong(errors, path, json_integer(value), fmt, args);
    va_end(args);
}

void duplicate_text(field_errors *errors, const char *path, const char *value)
{
    json_auto_t *shown = json_string(value);

    field_duplicate(errors, path, shown);
}

void wrong_choice(field_errors *errors, const char *path, const char *value, const char *const *valid)
{
    json_auto_t *list = json_array(), *shown = json_string(value);

    for (size_t i = 0; valid[i]; i++)
        json_array_append_new(list, json_string(valid[i]));
    field_unsupported(errors, path, shown, list);
}

bool check_one_of(field_errors *errors, const char *path, const char *value, const char *const *valid)
{
    for (size_t i = 0; valid[i]; i++)
        if (strcmp(valid[i], value) == 0)
            return true;
    wrong_choice(errors, path, value, valid);
    return false;
}

bool check_immutable(field_errors *errors, const char *path, const json_t *now, const json_t *before)
{
    if (doc_same(now, before))
        return true;
    field_invalid(errors, path, now, "field is immutable");
    return false;
}

static bool check_least(field_errors *errors, const char *path, const json_t *holder, const char *name,
                        json_int_t least, const char *message)
{
    json_int_t value = doc_int(holder, name, least);

    if (value >= least)
        return true;
    wrong_int(errors, PATH("%s.%s", path, name), value, "%s", message);
    return false;
}

bool check_non_negative(field_errors *errors, const char *path, const json_t *holder, const char *name)
{
    return check_least(errors, path, holder, name, 0, "must be greater than or equal to 0");
}

bool check_positive(field_errors *errors, const char *path, const json_t *holder, const char *name)
{
    return check_least(errors, path, holder, name, 1, "must be greater than zero");
}

bool check_between(field_errors *errors, const char *path, json_int_t value, json_int_t low, json_int_t high)
{
    if (value >= low && value <= high)
        return true;
    wrong_int(errors, path, value, "must be between %lld and %lld, inclusive", (long long)low, (long long)high);
    return false;
}

bool check_port(field_errors *errors, const char *path, json_int_t port)
{
    return check_between(errors, path, port, 1, 65535);
}

/* ---- label selectors ---- */

static void check_requirement(field_errors *errors, const char *path, const json_t *one)
{
    const char *operator= doc_text(one, "operator");
    const json_t *values = doc_get(one, "values");
    size_t i;
    json_t *value;

    if (strcmp(operator, "In") == 0 || strcmp(operator, "NotIn") == 0) {
        if (json_array_size(values) == 0)
            field_required(errors, PATH("%s.values", path), "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (strcmp(operator, "Exists") == 0 || strcmp(operator, "DoesNotExist") == 0) {
        if (json_array_size(values) > 0)
            field_forbidden(errors, PATH("%s.values", path),
                            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else {
        wrong_text(errors, PATH("%s.operator", path), operator, "not a valid selector operator");
    }
    name_validate(NAME_QUALIFIED, doc_text(one, "key"), PATH("%s.key", path), errors);
    json_array_foreach((json_t *)values, i, value)
        name_validate(NAME_LABEL_VALUE, json_string_value(value), PATH("%s.values[%zu]", path, i), errors);
}

void check_selector(field_errors *errors, const char *path, const json_t *selector)
{
    size_t i;
    json_t *one;

    labels_validate(doc_get(selector, "matchLabels"), PATH("%s.matchLabels", path), errors);
    json_array_foreach(doc_get(selector, "matchExpressions"), i, one)
        check_requirement(errors, PATH("%s.matchExpressions[%zu]", path, i), one);
}

typedef struct part {
    const char *key, *operator; /* "=" for a label */
    const json_t *value;        /* of "="; else the list */
} part;

#define PARTS 64 /* of a selector as text */

static int by_key(const void *a, const void *b)
{
    return strcmp(((const part *)a)->key, ((const part *)b)->key);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void put_values(const json_t *values, buf *out)
{
    const char *sorted[PARTS];
    size_t n = 0, i;
    json_t *one;

    json_array_foreach((json_t *)values, i, one) if (n < PARTS) sorted[n++] = json_string_value(one);
    qsort(sorted, n, sizeof(sorted[0]), by_text);
    for (i = 0; i < n; i++)
        buf_printf(out, "%s%s", i ? "," : "", sorted[i]);
}

static void put_part(const part *p, buf *out)
{
    bool in = strcmp(p->operator, "In") == 0;

    if (strcmp(p->operator, "=") == 0) {
        buf_printf(out, "%s=%s", p->key, json_string_value(p->value));
    } else if (in || strcmp(p->operator, "NotIn") == 0) {
        buf_printf(out, "%s %s (", p->key, in ? "in" : "notin");
        put_values(p->value, out);
        buf_addc(out, ')');
    } else {
        buf_printf(out, "%s%s", strcmp(p->operator, "Exists") == 0 ? "" : "!", p->key);
    }
}

void selector_text(const json_t *selector, buf *out)
{
    part parts[PARTS];
    size_t n = 0, i;
    const char *key;
    json_t *one;

    json_object_foreach(doc_get(selector, "matchLabels"), key, one) if (n < PARTS) parts[n++] = (part){key, "=", one};
    json_array_foreach(doc_get(selector, "matchExpressions"), i, one) if (n < PARTS) parts[n++] =
        (part){doc_text(one, "key"), doc_text(one, "operator"), doc_get(one, "values")};
    qsort(parts, n, sizeof(parts[0]), by_key);
    for (i = 0; i < n; i++) {
        buf_puts(out, i ? "," : "");
        put_part(&parts[i], out);
    }
}

static bool requirement_holds(const json_t *one, const json_t *labels)
{
    const char *operator= doc_text(one, "operator"),
               *value = json_string_value(json_object_get(labels, doc_text(one, "key")));
    bool listed = value && doc_has(doc_get(one, "values"), value);

    if (strcmp(operator, "In") == 0)
        return listed;
    if (strcmp(operator, "NotIn") == 0)
        return !listed;
    return (value != NULL) == (strcmp(operator, "Exists") == 0);
}

bool selector_matches(const json_t *selector, const json_t *labels)
{
    const char *key;
    size_t i;
    json_t *one;

    json_object_foreach(doc_get(selector, "matchLabels"), key, one)
    {
        const char *value = json_string_value(json_object_get(labels, key));
        if (!value || strcmp(value, json_string_value(one)) != 0)
            return false;
    }
    json_array_foreach(doc_get(selector, "matchExpressions"), i, one) if (!requirement_holds(one, labels)) return false;
    return true;
}
