/* Makes the text of a dictionary of the first objects of a kind.
 *
 * The text is a few of them as they are; what follows tells how they differ, from which libzstd makes tables that it would otherwise make of
 * each object and put before it. */
#ifndef CORE_SAMPLER_H
#define CORE_SAMPLER_H

#include "core/buf.h"
#include "core/limits.h"

enum {
    SAMPLE_OBJECTS = 32,    /* of which the text is, at most */
    SAMPLE_MAX = 16 << 10,  /* bytes of one that are looked at */
    SAMPLE_TRIALS = 20,     /* objects that tables are made of */
    SAMPLE_HEADER = 4 << 10 /* bytes of these tables: far less */
};

typedef struct sampler {
    bool active;
    unsigned n, n_trials; /* objects in the text, and behind it */
    size_t seen, text;    /* bytes of all objects, and of the text */
    buf data;             /* the text, then the trials */
    size_t trials[SAMPLE_TRIALS];
} sampler;

void sampler_start(sampler *s); /* of zeros */
void sampler_clear(sampler *s); /* frees; no longer active */

/* Looks at one more; true when that was enough.  Without memory it gives up and is no longer active. */
bool sampler_add(sampler *s, const char *data, size_t len);
/* The text with its tables, or, where they could not be made, without; it lives until the sampler or room is cleared. */
const char *sampler_finish(sampler *s, int level, buf *room, size_t *ret_len);

#endif
