/* Plays a script against a server. */
#ifndef CONFORMANCE_PLAY_H
#define CONFORMANCE_PLAY_H

#include "tests/conformance/script.h"
#include "tests/conformance/wire.h"

#include <jansson.h>

typedef struct play_opts {
    const char *id;      /* five letters or digits that are in no other word: ${id}, and part of ${ns} */
    const char *compact; /* command line that makes the server forget the past, or NULL: what needs that is left out */
} play_opts;

/* What came, as it came: an array with an object for each step that is written down (README.md says what is in it). */
json_t *play(wire *w, const script *s, const play_opts *opts);

/* The namespace of a script: the caller's. */
char *play_namespace(const script *s, const play_opts *opts);

#endif
