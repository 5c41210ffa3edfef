/* A pattern on the first line, a text on the second: where glibc's extended expressions mean the same, they find the same. */
#include "apiserver/schema/regex.h"

#include <regex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LEN_MAX 24 /* glibc takes exponential time */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_made_of(const char *text, const char *chars)
{
    return text[strspn(text, chars)] == '\0';
}

/* What repeats nothing is an error there and means itself here. */
static bool is_comparable(const char *pattern)
{
    if (!is_made_of(pattern, "abc.*+?|()^$") || strlen(pattern) > LEN_MAX)
        return false;
    for (const char *p = pattern; *p; p++)
        if (strchr("*+?", *p) && (p == pattern || strchr("(|^$*+?", p[-1])))
            return false;
    return strstr(pattern, "()") == NULL && strstr(pattern, "(|") == NULL && strstr(pattern, "|)") == NULL &&
           strstr(pattern, "||") == NULL && *pattern != '|' && (!*pattern || pattern[strlen(pattern) - 1] != '|');
}

static void compare(const regex *ours, const char *pattern, const char *text)
{
    regex_t theirs;
    int found;

    if (!is_made_of(text, "abcd") || strlen(text) > LEN_MAX || regcomp(&theirs, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return;
    found = regexec(&theirs, text, 0, NULL, 0) == 0;
    regfree(&theirs);
    if (regex_match(ours, text, strlen(text)) != found)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *pattern = malloc(size + 1), *text, *why = NULL;
    size_t len, text_len;
    regex *re;

    memcpy(pattern, data, size);
    pattern[size] = '\0';
    text = memchr(pattern, '\n', size);
    len = text ? (size_t)(text - pattern) : size;
    text = text ? text + 1 : pattern + size;
    text_len = (size_t)(pattern + size - text);
    pattern[len] = '\0';
    re = regex_new(pattern, len, &why);
    if (!re && !why)
        abort();
    if (re && regex_match(re, text, text_len) < 0)
        abort();
    if (re && strlen(pattern) == len && strlen(text) == text_len && is_comparable(pattern))
        compare(re, pattern, text);
    regex_free(re);
    free(why);
    free(pattern);
    return 0;
}
