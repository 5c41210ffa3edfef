/* Continue tokens: a token says what it was made of; any other text is refused or says something that has a place. */
#include "apiserver/page.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_page(const char *token, char start[LIMIT_KEY], int64_t *ret_revision)
{
    auto_failure why = {0};
    list_options o = {.token = token, .version = "", .match = ""};
    int r = page_read(&o, "ns", start, ret_revision, &why);

    if (r < 0 && why.code != 400)
        abort();
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), start[LIMIT_KEY], *token;
    int64_t revision;

    memcpy(text, data, size);
    text[size] = '\0';
    if (read_page(text, start, &revision) == 0 && (strncmp(start, "ns/", 3) != 0 || revision < 0))
        abort();
    token = *text && *text != '/' && strlen(text) < 253 && strcmp(text, ".") != 0 && strcmp(text, "..") != 0 &&
                    !strchr(text, '/')
                ? page_token(text, 7)
                : NULL;
    if (token && (read_page(token, start, &revision) < 0 || revision != 7 || strcmp(start + 3, text) != 0))
        abort();
    free(token);
    free(text);
    return 0;
}
