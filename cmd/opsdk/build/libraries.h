/* The shared objects that a program needs, as its own loader finds them. */
#ifndef BUILD_LIBRARIES_H
#define BUILD_LIBRARIES_H

#include "tree.h"

/* What is in the image already; each may be NULL. */
typedef struct libraries_around {
    const char *root; /* a folder here that is added as a whole: what is found below it comes with it */
    const tree
        *added; /* a library that the loader does not find may be among these: then the program loads it by itself */
    const tree *base; /* what the image is built upon */
} libraries_around;

/* Adds the loader and the shared objects of an ELF program or library to the tree, where that loader will look for them; nothing for a static
 * program or a file that is no ELF.  OPSDK_ENOTFOUND names one that is missing here. */
int libraries_add(tree *t, const char *program, const libraries_around *around, opsdk_error *err);

#endif
