#include "core/number.h"

#include <locale.h>
#include <stdatomic.h>
#include <stdlib.h>

/* The locale is made once and kept: the program's own may write 1,5. */
double number_double(const char *text)
{
    static _Atomic(locale_t) kept;
    locale_t none = (locale_t)0, c = atomic_load(&kept);

    if (c == none) {
        c = newlocale(LC_NUMERIC_MASK, "C", none);
        if (c != none && !atomic_compare_exchange_strong(&kept, &none, c)) {
            freelocale(c); /* another thread was first; none holds its locale now */
            c = none;
        }
    }
    return c == (locale_t)0 ? strtod(text, NULL) : strtod_l(text, NULL, c);
}
