#include "apiserver/select.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One condition.  A field's key stands for an index: FIELD_NAME, FIELD_NAMESPACE or one of the resource's selectables. */
enum { FIELD_NAME = -1, FIELD_NAMESPACE = -2 };
enum compare { CMP_IN, CMP_NOT_IN, CMP_EXISTS, CMP_ABSENT, CMP_GREATER, CMP_LESS };

typedef struct condition {
    enum compare how;
    char *key;
    char **values;
    size_t n;
    bool of_field;
    int field;
} condition;

struct selection {
    condition *list;
    size_t n;
};

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

typedef struct reader {
    const char *whole, *at;
    selection *to;
    failure *why;
} reader;

static int unable(reader *r, const char *what)
{
    return failure_bad_request(r->why, "unable to parse requirement: %s", what);
}

static void skip(reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static bool take(reader *r, const char *text)
{
    size_t len = strlen(text);

    skip(r);
    if (strncmp(r->at, text, len) != 0)
        return false;
    r->at += len;
    return true;
}

/* Up to a character that ends a word; NULL: no memory. */
static char *word(reader *r)
{
    const char *start;

    skip(r);
    start = r->at;
    while (*r->at && !isspace((unsigned char)*r->at) && !strchr("=!(),<>", *r->at))
        r->at++;
    return strndup(start, (size_t)(r->at - start));
}

static condition *add(reader *r)
{
    condition *more = reallocarray(r->to->list, r->to->n + 1, sizeof(*more));

    if (!more)
        return NULL;
    r->to->list = more;
    more += r->to->n++;
    *more = (condition){0};
    return more;
}

static int add_value(condition *c, char *value)
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

static int read_set(reader *r, condition *c)
{
    if (!take(r, "("))
        return unable(r, "found no '(' after the operator");
    do {
        if (add_value(c, word(r)) < 0)
            return failure_memory(r->why);
    } while (take(r, ","));
    return take(r, ")") ? 0 : unable(r, "found no ')' at the end of the set");
}

static bool is_word(const reader *r, const char *text)
{
    size_t len = strlen(text);

    return strncmp(r->at, text, len) == 0 && (isspace((unsigned char)r->at[len]) || r->at[len] == '(');
}

/* After the key. */
static int read_operator(reader *r, condition *c)
{
    skip(r);
    if (is_word(r, "in") || is_word(r, "notin")) {
        c->how = *r->at == 'i' ? CMP_IN : CMP_NOT_IN;
        r->at += *r->at == 'i' ? 2 : 5;
        return read_set(r, c);
    }
    if (!*r->at || *r->at == ',') {
        c->how = CMP_EXISTS;
        return 0;
    }
    if (take(r, "!="))
        c->how = CMP_NOT_IN;
    else if (take(r, "==") || take(r, "="))
        c->how = CMP_IN;
    else if (take(r, ">"))
        c->how = CMP_GREATER;
    else if (take(r, "<"))
        c->how = CMP_LESS;
    else
        return unable(r, "found no operator");
    return add_value(c, word(r)) < 0 ? failure_memory(r->why) : 0;
}

static int read_label(reader *r)
{
    condition *c = add(r);
    bool absent = take(r, "!");

    if (!c)
        return failure_memory(r->why);
    c->key = word(r);
    if (!c->key)
        return failure_memory(r->why);
    if (!*c->key)
        return unable(r, "found no label's name");
    if (absent)
        c->how = CMP_ABSENT;
    return absent ? 0 : read_operator(r, c);
}

static int read_labels(reader *r)
{
    do {
        if (read_label(r) < 0)
            return -1;
    } while (take(r, ","));
    skip(r);
    return *r->at ? unable(r, "something follows that is no ','") : 0;
}

/* The index of a field that can be selected by; -100: none. */
static int field_of(const resource *res, const char *name)
{
    int i = 0;

    if (strcmp(name, "metadata.name") == 0)
        return FIELD_NAME;
    if (strcmp(name, "metadata.namespace") == 0)
        return FIELD_NAMESPACE;
    for (const selectable *s = res->selectables; s && s->name; s++, i++)
        if (strcmp(s->name, name) == 0)
            return i;
    return -100;
}

/* "\," "\=" and "\\" stand for themselves. */
static char *unescape(const char *text, size_t len)
{
    char *out = malloc(len + 1), *to = out;

    for (size_t i = 0; out && i < len; i++) {
        if (text[i] == '\\' && i + 1 < len)
            i++;
        *to++ = text[i];
    }
    if (out)
        *to = '\0';
    return out;
}

/* One term of a field selector, such as "status.phase!=Running". */
static int read_field(reader *r, const resource *res, const char *term, size_t len)
{
    size_t name = 0, value;
    condition *c;

    while (name < len && term[name] != '=' && !(term[name] == '!' && name + 1 < len && term[name + 1] == '='))
        name++;
    if (name == len)
        return failure_bad_request(r->why, "invalid selector: '%s'; can't understand '%.*s'", r->whole, (int)len, term);
    value = name + (term[name] == '!' ? 2 : term[name + 1] == '=' && name + 1 < len ? 2 : 1);
    c = add(r);
    if (!c)
        return failure_memory(r->why);
    c->of_field = true;
    c->how = term[name] == '!' ? CMP_NOT_IN : CMP_IN;
    c->key = strndup(term, name);
    if (!c->key || add_value(c, unescape(term + value, len - value)) < 0)
        return failure_memory(r->why);
    c->field = field_of(res, c->key);
    if (c->field == -100)
        return failure_bad_request(r->why, "field label not supported: %s", c->key);
    return 0;
}

static int read_fields(reader *r, const resource *res)
{
    while (*r->at) {
        size_t len = 0;
        while (r->at[len] && r->at[len] != ',')
            len += r->at[len] == '\\' && r->at[len + 1] ? 2 : 1;
        if (len && read_field(r, res, r->at, len) < 0)
            return -1;
        r->at += len + (r->at[len] == ',');
    }
    return 0;
}

int selection_parse(const resource *res, const char *labels, const char *fields, selection **ret, failure *why)
{
    selection *s;
    int r = 0;

    *ret = NULL;
    if ((!labels || !*labels) && (!fields || !*fields))
        return 0;
    s = calloc(1, sizeof(*s));
    if (!s)
        return failure_memory(why);
    if (labels && *labels)
        r = read_labels(&(reader){labels, labels, s, why});
    if (r == 0 && fields && *fields)
        r = read_fields(&(reader){fields, fields, s, why}, res);
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
