#include "core/size.h"

#include <stdint.h>
#include <string.h>

static size_t factor_of(const char *unit)
{
    static const struct {
        const char *name;
        size_t factor;
    } all[] = {{"", 1},         {"k", 1000},     {"M", 1000000},  {"G", 1000000000},
               {"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1u << 30}};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (strcmp(unit, all[i].name) == 0)
            return all[i].factor;
    }
    return 0;
}

bool size_parse(const char *text, size_t *ret)
{
    const char *p = text;
    size_t n = 0, factor;

    for (; *p >= '0' && *p <= '9'; p++) {
        if (n > (SIZE_MAX - 9) / 10)
            return false;
        n = n * 10 + (size_t)(*p - '0');
    }
    factor = factor_of(p);
    if (p == text || factor == 0 || n > SIZE_MAX / factor)
        return false;
    *ret = n * factor;
    return true;
}
