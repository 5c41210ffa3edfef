/* The constant tables of the built-in kinds. */
#ifndef APISERVER_KINDS_TABLES_H
#define APISERVER_KINDS_TABLES_H

#include "apiserver/resource.h"

/* In the order of discovery within each group, up to the first without plural.  Without collections: copied for each server. */
extern const resource KINDS[];

#endif
