/* Lines that threads leave for the test, which waits for them in order. */
#ifndef SUPPORT_TELL_H
#define SUPPORT_TELL_H

#include <opsdk/common.h>

typedef struct tell tell;

tell *tell_new(void);
tell *tell_free(tell *t);
/* Any thread. */
void tell_line(tell *t, const char *fmt, ...) OPSDK_PRINTF(2, 3);
/* Waits for the next line; the caller's, NULL when none comes. */
char *tell_next(tell *t);
/* Waits for the next line, which must be this one. */
void tell_expect(tell *t, const char *line);
/* No line is waiting. */
void tell_nothing(tell *t);

#endif
