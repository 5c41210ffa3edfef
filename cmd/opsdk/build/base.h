/* What an image is built upon: a folder, or the archive of another image. */
#ifndef BUILD_BASE_H
#define BUILD_BASE_H

#include "image.h"
#include "tree.h"

/* Adds the layers of a folder or of an archive ("docker save", "podman save", an OCI layout as tar) to the image, with their bytes in work, and
 * what files they hold, as far as they are not compressed, to in_base. */
int base_add(image *i, const char *path, const char *work, tree *in_base, opsdk_error *err);

#endif
