#include "core/revision.h"

#include <string.h>

static bool is_number(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

bool revision_older(const char *a, const char *b)
{
    size_t len_a, len_b;

    if (!is_number(a) || !is_number(b))
        return false;
    a += strspn(a, "0");
    b += strspn(b, "0");
    len_a = strlen(a);
    len_b = strlen(b);
    return len_a != len_b ? len_a < len_b : strcmp(a, b) < 0;
}
