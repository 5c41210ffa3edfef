/* The header block of a tar archive, for reader and writer. */
#ifndef CORE_TAR_FORMAT_H
#define CORE_TAR_FORMAT_H

#include "core/tar.h"

typedef struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
    char magic[8]; /* with version: "ustar\0" "00", or GNU's "ustar  \0" */
    char user[32], group[32], major[8], minor[8], prefix[155], rest[12];
} tar_header;

_Static_assert(sizeof(tar_header) == TAR_BLOCK, "a header is one block");

/* The sum of a header's bytes, its checksum field counted as spaces. */
unsigned tar_checksum(const tar_header *h);

#endif
