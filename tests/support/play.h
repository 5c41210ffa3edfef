/* Plays a body to a stream in pieces and writes down what it says, so that two ways can be compared. */
#ifndef SUPPORT_PLAY_H
#define SUPPORT_PLAY_H

#include "core/buf.h"
#include "core/stream.h"

/* "ADDED n/a@1\n", "item n/a@1\n", "skipped\n", and at the end "end 0 VERSION CONTINUE\n". */
typedef struct transcript {
    buf text;
    int answer;   /* of the callback, negative to stop; 0 goes on */
    bool full;    /* with the object's JSON, and the text of errors */
    bool cut;     /* stream_keep(fields) */
    bool project; /* of each object what project_object(fields) leaves */
    const char *const *fields;
    uint64_t seed; /* not 0: pieces of 1 to 300 bytes by chance, instead of step */
} transcript;

/* stream_list or stream_watch */
typedef stream *play_fn(const opsdk_kind *, stream_object_fn *, stream_skipped_fn *, void *);

/* Feeds body in a first piece of cut bytes (0: none) and then pieces of step bytes.  Aborts when a rule of stream.h is broken. */
void play(play_fn *make, const char *body, size_t len, size_t cut, size_t step, transcript *t);

#endif
