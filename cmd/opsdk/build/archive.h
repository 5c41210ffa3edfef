/* Reads what is where in a tar archive of regular files, as archives of images are. */
#ifndef BUILD_ARCHIVE_H
#define BUILD_ARCHIVE_H

#include <opsdk/common.h>
#include <opsdk/error.h>
#include <stdint.h>
#include <stdio.h>

#define ARCHIVE_MEMBERS 200000
#define ARCHIVE_NAME 257

typedef struct archive_member {
    char name[ARCHIVE_NAME]; /* without "./" at its begin */
    char link[101];
    char type;
    uint64_t at, size; /* of its bytes */
} archive_member;

/* A negative return ends the walk, and is what it returns. */
typedef int archive_fn(const archive_member *m, void *user, opsdk_error *err);

/* Calls each for every member.  OPSDK_EPROTO: no tar archive.  name is for messages. */
int archive_walk(FILE *f, const char *name, archive_fn *each, void *user, opsdk_error *err);

#endif
