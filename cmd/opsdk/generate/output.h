/* Generated files: what they look like, and whether one may be overwritten. */
#ifndef GENERATE_OUTPUT_H
#define GENERATE_OUTPUT_H

#include <opsdk/error.h>
#include <stdio.h>

typedef struct output {
    const char *maker; /* default: "opsdk generate" */
    bool check;        /* write nothing, count what is stale */
    bool force;        /* also over what somebody has edited */
    FILE *say;         /* names what is written, stale or edited */
    int written, stale, edited;
} output;

/* Puts a first line before the text, which says what made it and of what, and brings the file at path to that.  A text that is edited is left
 * alone but with force.  A path that ends in .yaml gets YAML's comments, others get C's. */
int output_file(output *o, const char *path, const char *from, const char *text, opsdk_error *err);

#endif
