/* References of images, as far as defaults need them (github.com/distribution/reference). */
#ifndef APISERVER_IMAGE_H
#define APISERVER_IMAGE_H

#include <stdbool.h>

/* Is the tag "latest", said or meant?  Not of what is no reference at all. */
bool image_is_latest(const char *image);

#endif
