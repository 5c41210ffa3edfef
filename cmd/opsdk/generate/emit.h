/* Files out of the model. */
#ifndef GENERATE_EMIT_H
#define GENERATE_EMIT_H

#include "model.h"
#include "output.h"

typedef void emit_fn(FILE *to, const void *arg);

/* Has a text written, and brings the file to it; from: of what it is made. */
int emit_file(output *o, const char *path, const char *from, emit_fn *write, const void *arg, opsdk_error *err);
/* types_gen.h and types_gen.c of every unit. */
int emit_tables(project *p, output *o, opsdk_error *err);

#endif
