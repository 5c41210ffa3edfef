/* A tar archive on its way into a file, and its digest.  Nothing of the machine gets in: owner 0, time 0.  ustar, since all read that. */
#ifndef BUILD_TARBALL_H
#define BUILD_TARBALL_H

#include "digest.h"

#include <stdint.h>
#include <stdio.h>

enum tarball_type { TARBALL_FILE = '0', TARBALL_LINK = '2', TARBALL_DIR = '5' };

typedef struct tarball {
    FILE *out;
    const char *path; /* borrowed, for messages */
    digest_state *sum;
    uint64_t size; /* so far */
} tarball;

int tarball_open(tarball *t, const char *path, opsdk_error *err);
/* size bytes of a file follow, by tarball_add, then tarball_pad. */
int tarball_entry(tarball *t, enum tarball_type type, const char *name, unsigned mode, uint64_t size, const char *link,
                  opsdk_error *err);
int tarball_add(tarball *t, const void *data, size_t len, opsdk_error *err);
int tarball_pad(tarball *t, opsdk_error *err);
/* A whole entry: of text, or of a file here. */
int tarball_text(tarball *t, const char *name, unsigned mode, const char *text, size_t len, opsdk_error *err);
int tarball_file(tarball *t, const char *name, unsigned mode, const char *from, opsdk_error *err);
/* Writes the archive's end and closes; the digest of it all.  After a failure, with err NULL and ret NULL: closes. */
int tarball_close(tarball *t, digest *ret, opsdk_error *err);

#endif
