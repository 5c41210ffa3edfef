/* The shared objects that a program needs, as its own loader finds them. */
#ifndef BUILD_LIBRARIES_H
#define BUILD_LIBRARIES_H

#include "tree.h"

/* Adds the loader and the shared objects of an ELF program or library to the tree, where that loader will look for them; nothing for a static
 * program or a file that is no ELF.  Those below root (may be NULL) come with it, found by paths relative to themselves, and those in base (may
 * be NULL) are there already.  OPSDK_ENOTFOUND names one that is missing here. */
int libraries_add(tree *t, const char *program, const char *root, const tree *base, opsdk_error *err);

#endif
