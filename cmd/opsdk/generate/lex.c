#include "lex.h"

#include <ctype.h>
#include <string.h>

lex lex_start(const char *text, size_t len)
{
    return (lex){text, text + len, 1, false};
}

bool token_is(const token *t, const char *word)
{
    return (t->type == LEX_WORD || t->type == LEX_SIGN) && t->len == strlen(word) && memcmp(t->text, word, t->len) == 0;
}

static bool starts(const lex *l, const char *text)
{
    size_t n = strlen(text);

    return (size_t)(l->end - l->at) >= n && memcmp(l->at, text, n) == 0;
}

static void step(lex *l)
{
    if (*l->at == '\n') {
        l->line++;
        l->in_line = false;
    }
    l->at++;
}

static void skip_space(lex *l)
{
    while (l->at < l->end && (isspace((unsigned char)*l->at) || starts(l, "\\\n")))
        step(l);
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* To the end of the line, or of several with a backslash at their ends. */
static void take_line(lex *l)
{
    while (l->at < l->end && *l->at != '\n') {
        if (starts(l, "\\\n"))
            step(l);
        step(l);
    }
}

static bool take_comment(lex *l)
{
    l->at += 2;
    while (l->at < l->end && !starts(l, "*/"))
        step(l);
    if (l->at == l->end)
        return false;
    l->at += 2;
    return true;
}

static bool take_text(lex *l)
{
    char quote = *l->at++;

    while (l->at < l->end && *l->at != quote && *l->at != '\n') {
        if (*l->at == '\\' && l->at + 1 < l->end)
            step(l);
        step(l);
    }
    if (l->at == l->end || *l->at != quote)
        return false;
    l->at++;
    return true;
}

/* A point, and what C++ puts between digits. */
static bool is_in_number(const lex *l)
{
    return *l->at == '.' || (*l->at == '\'' && l->at + 1 < l->end && isalnum((unsigned char)l->at[1]));
}

static lexeme take(lex *l)
{
    char c = *l->at;

    if (c == '#' && !l->in_line) {
        take_line(l);
        return LEX_DIRECTIVE;
    }
    if (starts(l, "//")) {
        take_line(l);
        return LEX_COMMENT;
    }
    if (starts(l, "/*"))
        return take_comment(l) ? LEX_COMMENT : LEX_BROKEN;
    if (c == '"' || c == '\'')
        return take_text(l) ? LEX_TEXT : LEX_BROKEN;
    if (!is_word_char(c)) {
        l->at++;
        return LEX_SIGN;
    }
    while (l->at < l->end && (is_word_char(*l->at) || (isdigit((unsigned char)c) && is_in_number(l))))
        l->at++;
    return isdigit((unsigned char)c) ? LEX_NUMBER : LEX_WORD;
}

token lex_next(lex *l)
{
    token t = {0};
    bool in_line;

    skip_space(l);
    in_line = l->in_line;
    t.text = l->at;
    t.line = t.last_line = l->line;
    if (l->at == l->end)
        return t;
    t.type = take(l);
    t.len = (size_t)(l->at - t.text);
    t.last_line = l->line;
    /* A comment leaves a directive behind it a directive. */
    l->in_line = t.type == LEX_COMMENT ? in_line && t.last_line == t.line : true;
    return t;
}
