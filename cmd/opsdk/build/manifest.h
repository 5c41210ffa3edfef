/* The image's name in a manifest that people write: changed in place, in its line, and nothing else. */
#ifndef BUILD_MANIFEST_H
#define BUILD_MANIFEST_H

#include <opsdk/error.h>

/* Writes image into the one "image:" line of a file; of several, into the one whose image has the same name but for the tag.  1: changed, 0: it
 * says so already.  OPSDK_EINVAL when it is not clear which line is meant. */
int manifest_set_image(const char *path, const char *image, opsdk_error *err);

/* *ret, the caller's to free: metadata.name of the Deployment in a file. */
int manifest_name(const char *path, char **ret, opsdk_error *err);

#endif
