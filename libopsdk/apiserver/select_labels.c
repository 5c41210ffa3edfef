/* Label selectors, token by token as k8s.io/apimachinery/pkg/labels reads them, so that what is wrong is told in the same words. */
#include "apiserver/names.h"
#include "apiserver/select_parse.h"
#include "core/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNABLE "unable to parse requirement: "
#define SPECIAL "=!(),><"
#define BLANK " \t\r\n"

enum token {
    T_ERROR,
    T_END,
    T_CLOSE,
    T_COMMA,
    T_NOT,
    T_DOUBLE,
    T_EQUALS,
    T_GREATER,
    T_WORD,
    T_IN,
    T_LESS,
    T_NOT_EQUALS,
    T_NOT_IN,
    T_OPEN
};

typedef struct lexer {
    const char *at;   /* behind the current token */
    enum token token; /* the current one */
    const char *text; /* of the current one */
    size_t len;
    selection *to;
    failure *why;
} lexer;

static const struct {
    const char *text;
    enum token token;
} symbols[] = {{"==", T_DOUBLE}, {"!=", T_NOT_EQUALS}, {"=", T_EQUALS},  {"!", T_NOT}, {"(", T_OPEN},
               {")", T_CLOSE},   {",", T_COMMA},       {">", T_GREATER}, {"<", T_LESS}};

static void next_symbol(lexer *l)
{
    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        l->len = strlen(symbols[i].text);
        l->token = symbols[i].token;
        if (strncmp(l->at, symbols[i].text, l->len) == 0)
            return;
    }
}

/* The next token becomes the current one. */
static void next(lexer *l)
{
    l->at += strspn(l->at, BLANK);
    l->text = l->at;
    if (!*l->at) {
        l->token = T_END;
        l->len = 0;
    } else if (strchr(SPECIAL, *l->at)) {
        next_symbol(l);
    } else {
        l->len = strcspn(l->at, SPECIAL BLANK);
        l->token = l->len == 2 && strncmp(l->at, "in", 2) == 0      ? T_IN
                   : l->len == 5 && strncmp(l->at, "notin", 5) == 0 ? T_NOT_IN
                                                                    : T_WORD;
    }
    l->at += l->len;
}

/* "in" and "notin" are operators only where one can stand. */
static enum token as_value(const lexer *l)
{
    return l->token == T_IN || l->token == T_NOT_IN ? T_WORD : l->token;
}

static int unable(const lexer *l, const char *expected)
{
    return failure_bad_request(l->why, UNABLE "found '%.*s'%s", (int)l->len, l->text, expected);
}

/* ---- values ---- */

static int take_value(lexer *l, condition *c, bool empty)
{
    if (condition_add(c, strndup(l->text, empty ? 0 : l->len)) < 0)
        return failure_memory(l->why);
    return 0;
}

/* From "(" on: values, which may be empty, with commas between. */
static int read_set(lexer *l, condition *c)
{
    if (l->token != T_OPEN)
        return unable(l, " expected: '('");
    next(l);
    if (as_value(l) != T_WORD && l->token != T_COMMA && l->token != T_CLOSE)
        return unable(l, ", expected: ',', ')' or identifier");
    for (;;) {
        bool word = as_value(l) == T_WORD;

        if (!word && l->token != T_COMMA && l->token != T_CLOSE)
            return unable(l, ", expected: ',', or identifier");
        if (take_value(l, c, !word) < 0)
            return -1;
        if (word)
            next(l);
        if (l->token == T_CLOSE) {
            next(l);
            return 0;
        }
        if (l->token != T_COMMA)
            return unable(l, word ? ", expected: ',' or ')'" : ", expected: ',', or identifier");
        next(l);
    }
}

static int read_exact(lexer *l, condition *c)
{
    bool none = l->token == T_END || l->token == T_COMMA;

    if (!none && as_value(l) != T_WORD)
        return unable(l, ", expected: identifier");
    if (take_value(l, c, none) < 0)
        return -1;
    if (!none)
        next(l);
    return 0;
}

static int read_operator(lexer *l, condition *c)
{
    enum token operator= l->token;

    switch (operator) {
    case T_IN:
    case T_EQUALS:
    case T_DOUBLE:
        c->how = CMP_IN;
        break;
    case T_NOT_IN:
    case T_NOT_EQUALS:
        c->how = CMP_NOT_IN;
        break;
    case T_GREATER:
        c->how = CMP_GREATER;
        break;
    case T_LESS:
        c->how = CMP_LESS;
        break;
    default:
        return unable(l, ", expected: in, notin, =, ==, !=, gt, lt");
    }
    next(l);
    return operator== T_IN || operator== T_NOT_IN ? read_set(l, c) : read_exact(l, c);
}

/* ---- rules ---- */

/* What breaks rules, in the words of an aggregate. */
static int refuse(const lexer *l, const field_errors *errors)
{
    auto_failure why = {0};
    const char *said, *after = " is invalid: ";

    if (field_errors_result(errors, "", "", "", &why) == 0)
        return 0;
    said = why.message ? strstr(why.message, after) : NULL;
    return failure_bad_request(l->why, UNABLE "%s", said ? said + strlen(after) : "");
}

/* All that is wrong with one text is one error. */
static void check(enum name_rule rule, const char *text, const char *path, field_errors *errors)
{
    const char *wrongs[NAME_WRONGS];
    size_t n = name_check(rule, text, wrongs);
    auto_buf all = BUF_INIT(4096);
    json_auto_t *value = json_string(text);

    for (size_t i = 0; i < n; i++)
        buf_printf(&all, "%s%s", i ? "; " : "", wrongs[i]);
    if (n > 0)
        field_invalid(errors, path, value, "%s", all.failed ? "" : all.data);
}

static int check_key(const lexer *l, const char *key)
{
    auto_field_errors errors = {0};

    check(NAME_QUALIFIED, key, "", &errors);
    return refuse(l, &errors);
}

static bool is_integer(const char *text)
{
    char *end;

    errno = 0;
    strtoll(text, &end, 10);
    return *text && strchr("+-0123456789", *text) && !*end && !errno;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int check_values(const lexer *l, condition *c)
{
    auto_field_errors errors = {0};
    char path[512];

    if (c->n > 1)
        qsort(c->values, c->n, sizeof(*c->values), by_text);
    for (size_t i = 0; i < c->n; i++) {
        json_auto_t *value = json_string(c->values[i]);
        snprintf(path, sizeof(path), "values[%zu]", i);
        if ((c->how == CMP_GREATER || c->how == CMP_LESS) && !is_integer(c->values[i]))
            field_invalid(&errors, path, value, "for 'Gt', 'Lt' operators, the value must be an integer");
    }
    for (size_t i = 0; i < c->n; i++) {
        snprintf(path, sizeof(path), "values[%zu][%s]", i, c->key);
        check(NAME_LABEL_VALUE, c->values[i], path, &errors);
    }
    return refuse(l, &errors);
}

static int read_requirement(lexer *l)
{
    condition *c = selection_add(l->to);
    bool absent = l->token == T_NOT;

    if (!c)
        return failure_memory(l->why);
    if (absent)
        next(l);
    if (as_value(l) != T_WORD)
        return unable(l, ", expected: identifier");
    c->key = strndup(l->text, l->len);
    if (!c->key)
        return failure_memory(l->why);
    if (check_key(l, c->key) < 0)
        return -1;
    next(l);
    c->how = absent ? CMP_ABSENT : CMP_EXISTS;
    if (absent || l->token == T_END || l->token == T_COMMA)
        return 0;
    return read_operator(l, c) < 0 ? -1 : check_values(l, c);
}

static bool begins_requirement(const lexer *l)
{
    return as_value(l) == T_WORD || l->token == T_NOT;
}

int select_labels(selection *s, const char *text, failure *why)
{
    lexer l = {.at = text, .to = s, .why = why};

    next(&l);
    if (l.token != T_END && !begins_requirement(&l))
        return failure_bad_request(why, "found '%.*s', expected: !, identifier, or 'end of string'", (int)l.len,
                                   l.text);
    while (l.token != T_END) {
        if (read_requirement(&l) < 0)
            return -1;
        if (l.token == T_END)
            return 0;
        if (l.token != T_COMMA)
            return failure_bad_request(why, "found '%.*s', expected: ',' or 'end of string'", (int)l.len, l.text);
        next(&l);
        if (!begins_requirement(&l))
            return failure_bad_request(why, "found '%.*s', expected: identifier after ','", (int)l.len, l.text);
    }
    return 0;
}
