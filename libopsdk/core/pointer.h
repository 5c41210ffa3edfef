/* RFC 6901 pointers into packed values. */
#ifndef CORE_POINTER_H
#define CORE_POINTER_H

/* The node that pointer names below the node at; NULL when there is none or the pointer is malformed. */
const char *pointer_follow(const char *at, const char *pointer);

#endif
