/* One .c file in words, and the kinds that its expressions mean. */
#ifndef GENERATE_SOURCE_H
#define GENERATE_SOURCE_H

#include "lex.h"
#include "model.h"

typedef struct resource {
    const char *constant, *group, *plural; /* "OPSDK_POD", "", "pods" */
    bool cluster_scoped;
} resource;

typedef struct source {
    project *project;
    const char *path, *text; /* text: the whole file */
    token *tokens;           /* without directives; LEX_END last */
    size_t n;
} source;

/* What is known in all of the project. */
typedef struct sources {
    project *project;
    source *list;
    size_t n;
    resource *kinds;
    size_t n_kinds;
} sources;

sources sources_read(project *p, const char *folder);

/* The kind that a constant means; NULL when it is none that is known. */
const resource *sources_kind(const sources *all, const token *name);

/* From an opening bracket to the one that closes it; from itself when there is none. */
size_t source_close(const source *s, size_t open);
/* Where an argument of the call whose "(" is at open begins; *ret_end is behind it.  0 when there are fewer. */
size_t source_argument(const source *s, size_t open, int index, size_t *ret_end);

#endif
