/* Moves the clock of the calling thread, so that a test need not wait: this program's clock_gettime adds what was asked for. */
#ifndef SUPPORT_CLOCK_H
#define SUPPORT_CLOCK_H

#include <stdint.h>

/* All clocks of this thread, from now on, by so much; adds up. */
void clock_jump(int64_t ms);
/* Back to the real time; after each test this happens by itself (with CK_FORK=no they share a thread). */
void clock_restore(void);

#endif
