/* An image: layers, a configuration and a manifest that names them by their digests, as the OCI image specification has it. */
#ifndef BUILD_IMAGE_H
#define BUILD_IMAGE_H

#include "digest.h"
#include "reference.h"

#include <jansson.h>
#include <opsdk/common.h>
#include <stdint.h>

#define IMAGE_LAYERS 128

#define IMAGE_MEDIA_LAYER "application/vnd.oci.image.layer.v1.tar"
#define IMAGE_MEDIA_CONFIG "application/vnd.oci.image.config.v1+json"
#define IMAGE_MEDIA_MANIFEST "application/vnd.oci.image.manifest.v1+json"

typedef struct image_layer {
    char *file; /* where its bytes are, the image's own */
    const char *media;
    digest blob, diff; /* of the bytes, and of the archive before compression */
    uint64_t size;
} image_layer;

typedef struct image { /* zero it once */
    reference name;
    image_layer layers[IMAGE_LAYERS];
    size_t len;
    json_t *base; /* the configuration of the image that this one is based on, or NULL */
    const char *user;
    const char *const *env;        /* NULL at the end; added to those of the base */
    const char *const *entrypoint; /* NULL at the end; none: the base's */
    char *config, *manifest;       /* made by image_finish */
    digest config_digest, digest;
} image;

/* Puts a layer on top; file is consumed. */
int image_add(image *i, char *file, const char *media, const digest *blob, const digest *diff, uint64_t size,
              opsdk_error *err);
/* After the last layer: makes configuration and manifest. */
int image_finish(image *i, opsdk_error *err);
/* An archive in which Docker, containerd and podman all find what they look for: an OCI layout with Docker's manifest.json. */
int image_write(const image *i, const char *out, opsdk_error *err);
void image_clear(image *i);

#endif
