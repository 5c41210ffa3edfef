/* Notices that files of a project have changed. */
#ifndef RUN_FILES_H
#define RUN_FILES_H

#include <opsdk/common.h>
#include <opsdk/error.h>

typedef struct files {
    int fd;     /* readable when something has changed */
    bool types; /* a types.h was among it */
    bool any;
} files;

/* Watches the folder "." and those below it, but for build and hidden ones. */
int files_watch(files *f, opsdk_error *err);
/* After fd has become readable: notes in types and any what has changed, which the caller takes back.  Only sources, Makefile and deploy/crd.yaml
 * count, and nothing that is generated. */
void files_read(files *f);
void files_close(files *f);

#endif
