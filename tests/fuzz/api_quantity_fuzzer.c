/* Amounts: the canonical form is its own, and the same amount; order is one. */
#include "apiserver/schema/quantity.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Spaces around it are for the canonical form alone: what is compared has been stored. */
static bool is_bare(const char *text)
{
    return strpbrk(text, " \t\n\v\f\r") == NULL;
}

/* *ret: is it one, as it would be stored? */
static void check_one(const char *text, bool *ret)
{
    char once[QUANTITY_TEXT], twice[QUANTITY_TEXT];

    *ret = quantity_canonical(text, once) == NULL;
    if ((quantity_canonical(text, NULL) == NULL) != *ret)
        abort();
    if (!*ret)
        return;
    if (strlen(once) >= QUANTITY_TEXT || quantity_canonical(once, twice) || strcmp(once, twice) != 0)
        abort();
    *ret = is_bare(text);
    if (!*ret)
        return;
    if (quantity_sign(text) != quantity_sign(once) || quantity_sign(once) != quantity_compare(once, "0") ||
        quantity_is_whole(text) != quantity_is_whole(once))
        abort();
    if (!quantity_thousandths(text, once) && (quantity_thousandths(once, twice) || strcmp(once, twice) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *second;
    bool first_is, second_is;

    memcpy(text, data, size);
    text[size] = '\0';
    second = strchr(text, '\n');
    if (second)
        *second++ = '\0';
    check_one(text, &first_is);
    if (second) {
        check_one(second, &second_is);
        if (first_is && second_is && quantity_compare(text, second) != -quantity_compare(second, text))
            abort();
    }
    free(text);
    return 0;
}
