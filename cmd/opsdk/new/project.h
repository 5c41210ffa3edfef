/* The files of a project. */
#ifndef NEW_PROJECT_H
#define NEW_PROJECT_H

#include "names.h"
#include "template.h"

/* Writes all files of a new project into a folder, which must not be there: rendered aside, then renamed.  OPSDK_EEXISTS. */
int project_new(pool *p, const char *name, const resource_names *n, const char *dir, opsdk_error *err);

/* What templates are rendered with.  first: of a new project, not one more kind of it.  Values live as long as the pool and n. */
enum { PROJECT_VALUES = 20 };

int project_values(pool *p, const char *name, const resource_names *n, bool first,
                   template_value values[PROJECT_VALUES], opsdk_error *err);

/* Runs "opsdk generate" in a folder, without its lines. */
int project_generate(const char *dir, opsdk_error *err);

#endif
