/* From the model to the schema that the cluster checks objects with. */
#ifndef GENERATE_SCHEMA_OF_H
#define GENERATE_SCHEMA_OF_H

#include "model.h"

/* The caller's. */
json_t *schema_of_record(project *p, const char *file, const record *r);

#endif
