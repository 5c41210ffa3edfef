/* Sends an image to a registry over the distribution API. */
#ifndef BUILD_PUSH_H
#define BUILD_PUSH_H

#include "image.h"

typedef struct push_opts {
    const char *ca;  /* file of the certificate authority; default: the system's */
    bool plain_http; /* without TLS; always so for localhost and 127.0.0.1 */
} push_opts;

/* Sends what the registry does not have, then the manifest under the image's tag.  Prints what it does. */
int push_image(const image *i, const push_opts *opts, opsdk_error *err);

#endif
