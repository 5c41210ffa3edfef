/* From the model to types.h. */
#ifndef IMPORT_TYPES_WRITE_H
#define IMPORT_TYPES_WRITE_H

#include "../generate/model.h"

/* Without the first line, which output.h adds. */
void types_write(FILE *to, const unit *u);

#endif
