/* What an operator's sources do in the cluster: rights out of calls and tables.  What cannot be seen is asked for, never guessed. */
#ifndef GENERATE_SCAN_H
#define GENERATE_SCAN_H

#include "model.h"

/* Adds the rights that the sources of a folder, C or C++, need, and those that their markers give. */
void scan_sources(project *p, const char *folder);

#endif
