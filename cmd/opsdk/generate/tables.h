/* From the model to C: types_gen.h and types_gen.c. */
#ifndef GENERATE_TABLES_H
#define GENERATE_TABLES_H

#include "model.h"

/* Without the first line, which output.h adds. */
void tables_header(FILE *to, const unit *u);
void tables_source(FILE *to, const unit *u);

#endif
