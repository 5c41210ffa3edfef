/* Makes an allocation fail: malloc, calloc and realloc of this program, all its libraries included.
 *
 *     bool hit;
 *     unsigned long k = 0;
 *     do {
 *         fault_set(++k);
 *         r = work();
 *         hit = fault_clear();
 *         ck_assert(r == 0 || r == OPSDK_ENOMEM);
 *     } while (hit);
 *
 * runs work with its first allocation failing, then its second, ... until none is left.  Per thread.  Not around Check's
 * assertions, which allocate. */
#ifndef SUPPORT_FAULT_H
#define SUPPORT_FAULT_H

#include <stdbool.h>

/* False under valgrind, whose own malloc stands in front of this one: such a test then returns at once. */
bool fault_works(void);

/* The k-th allocation of this thread from now on fails, only that one; 0: none. */
void fault_set(unsigned long k);
/* The same, but counts only what this program's own code asks for, not its libraries; libcurl 7.88 does
 * not survive every failure of its own. */
void fault_set_own(unsigned long k);
/* Ends it; true when it came to pass. */
bool fault_clear(void);

#endif
