/* C in words: what a types.h and the search through sources need of it. */
#ifndef GENERATE_LEX_H
#define GENERATE_LEX_H

#include <stdbool.h>
#include <stddef.h>

typedef enum lexeme {
    LEX_END,
    LEX_WORD,
    LEX_NUMBER,
    LEX_TEXT,      /* "..." or '...', with its quotes */
    LEX_SIGN,      /* one character */
    LEX_COMMENT,   /* with its marks */
    LEX_DIRECTIVE, /* of the preprocessor, whole, with continued lines */
    LEX_BROKEN     /* a text or comment without end */
} lexeme;

typedef struct token {
    lexeme type;
    const char *text; /* in the source */
    size_t len;
    int line, last_line;
} token;

typedef struct lex {
    const char *at, *end;
    int line;
    bool in_line; /* something stands before at in its line */
} lex;

lex lex_start(const char *text, size_t len);
token lex_next(lex *l);

bool token_is(const token *t, const char *word); /* a word or a sign */

#endif
