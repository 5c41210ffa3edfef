/* What comments say: descriptions, and markers, which are their lines that begin with "+opsdk:". */
#ifndef GENERATE_NOTES_H
#define GENERATE_NOTES_H

#include "lex.h"
#include "model.h"

typedef struct note {
    const char *text; /* behind "+opsdk:" */
    int line;
    bool taken; /* somebody has dealt with it */
} note;

typedef struct notes {
    char *doc; /* "" when there is none */
    note *markers;
    size_t n_markers;
    int last_line;
} notes;

/* Adds a comment's lines. */
void notes_add(project *p, const char *file, notes *n, const token *comment);

#endif
