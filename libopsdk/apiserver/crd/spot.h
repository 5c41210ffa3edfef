/* Where in a CRD a check is, and the errors that checks add. */
#ifndef APISERVER_CRD_SPOT_H
#define APISERVER_CRD_SPOT_H

#include "apiserver/failure.h"
#include "core/buf.h"

typedef struct spot {
    bool no_rules; /* CEL rules are refused */
    field_errors *errors;
    buf path; /* as field.Path prints it */
    buf text; /* what spot_at returned last */
} spot;

void spot_init(spot *s, const char *path, field_errors *errors);
void spot_clear(spot *s);

/* Steps down; back with what they return. */
size_t spot_child(spot *s, const char *name);
size_t spot_key(spot *s, const char *key);
size_t spot_index(spot *s, size_t i);
void spot_back(spot *s, size_t len);

const char *spot_now(const spot *s);
/* The path of a child; valid until the next call. */
const char *spot_at(spot *s, const char *child);

#endif
