/* A project's types.h files, from the disk into the model. */
#ifndef GENERATE_LOAD_H
#define GENERATE_LOAD_H

#include "model.h"

/* Reads every types.h below a folder, in the order of their names, and what they include.  False when there were problems, which are told. */
bool load_types(project *p, const char *folder);

/* Paths below a folder, sorted, whose names end so; folders that begin with a dot or are called build or tests are left out. */
char **load_list(project *p, const char *folder, const char *ending, size_t *ret_n);

#endif
