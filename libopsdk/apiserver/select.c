#include "apiserver/select_parse.h"

#include <stdlib.h>
#include <string.h>

selection *selection_free(selection *s)
{
    if (!s)
        return NULL;
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; k < s->list[i].n; k++)
            free(s->list[i].values[k]);
        free(s->list[i].values);
        free(s->list[i].key);
    }
    free(s->list);
    free(s);
    return NULL;
}

/* ---- reading ---- */

condition *selection_add(selection *s)
{
    condition *more = reallocarray(s->list, s->n + 1, sizeof(*more));

    if (!more)
        return NULL;
    s->list = more;
    more += s->n++;
    *more = (condition){0};
    return more;
}

int condition_add(condition *c, char *value)
{
    char **more = value ? reallocarray(c->values, c->n + 1, sizeof(*more)) : NULL;

    if (!more) {
        free(value);
        return -1;
    }
    c->values = more;
    c->values[c->n++] = value;
    return 0;
}

int selection_read(const char *labels, const char *fields, selection **ret, failure *why)
{
    selection *s;
    int r = 0;

    *ret = NULL;
    if ((!labels || !*labels) && (!fields || !*fields))
        return 0;
    s = calloc(1, sizeof(*s));
    if (!s)
        return failure_memory(why);
    if (labels)
        r = select_labels(s, labels, why);
    if (r == 0 && fields)
        r = select_fields(s, fields, why);
    if (r < 0)
        selection_free(s);
    else
        *ret = s;
    return r;
}

/* ---- matching ---- */

static const char *value_of(const condition *c, const item *it)
{
    if (!c->of_field)
        return item_label(it, c->key);
    if (c->field == FIELD_NAME)
        return it->name;
    if (c->field == FIELD_NAMESPACE)
        return it->ns;
    return (size_t)c->field < it->n_fields ? it->fields[c->field] : "";
}

static bool is_one_of(const condition *c, const char *value)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->values[i], value) == 0)
            return true;
    return false;
}

static bool matches(const condition *c, const item *it)
{
    const char *value = value_of(c, it);

    switch (c->how) {
    case CMP_IN:
        return value && is_one_of(c, value);
    case CMP_NOT_IN:
        return !value || !is_one_of(c, value);
    case CMP_EXISTS:
        return value;
    case CMP_ABSENT:
        return !value;
    case CMP_GREATER:
        return value && strtoll(value, NULL, 10) > strtoll(c->values[0], NULL, 10);
    default:
        return value && strtoll(value, NULL, 10) < strtoll(c->values[0], NULL, 10);
    }
}

bool selection_match(const selection *s, const item *it)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (!matches(&s->list[i], it))
            return false;
    return true;
}
