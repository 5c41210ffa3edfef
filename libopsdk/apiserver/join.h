/* "namespace/name", "group/version", "plural.group". */
#ifndef APISERVER_JOIN_H
#define APISERVER_JOIN_H

#include <string.h>

/* Two texts with a byte between them, unless that is NUL.  What does not fit into len bytes with the NUL is cut off.  Returns room. */
static inline const char *join(char *room, size_t len, const char *a, char between, const char *b)
{
    size_t n = strnlen(a, len - 1), more;

    memcpy(room, a, n);
    if (between && n < len - 1)
        room[n++] = between;
    more = strnlen(b, len - 1 - n);
    memcpy(room + n, b, more);
    room[n + more] = '\0';
    return room;
}

#endif
