/* An image's name: [REGISTRY/]REPOSITORY[:TAG]. */
#ifndef BUILD_REFERENCE_H
#define BUILD_REFERENCE_H

#include <opsdk/error.h>

typedef struct reference {
    char registry[256];   /* with its port; "docker.io" where none is named */
    char repository[256]; /* "library/busybox" for a bare "busybox" of docker.io */
    char tag[129];        /* "latest" where none is given */
    char full[660];       /* all of it */
    char given[660];      /* as it was written, with the tag */
} reference;

/* OPSDK_EINVAL says what is wrong with it. */
int reference_parse(const char *text, reference *ret, opsdk_error *err);

#endif
