/* A folder of this machine as a tar archive, made as it is read. */
#ifndef CLIENT_CP_TREE_H
#define CLIENT_CP_TREE_H

#include <opsdk/error.h>

typedef struct tree tree;

/* Files, folders and symbolic links below src, by names relative to it; src itself is not among them. */
int tree_new(const char *src, tree **ret, opsdk_error *err);
tree *tree_free(tree *t);

/* The next piece of the archive, 0 at its end.  OPSDK_EINVAL names a device, pipe or socket; OPSDK_EIO also when a file shrinks while
 * it is read.  user is the tree. */
long tree_read(char *to, size_t len, void *user, opsdk_error *err);

/* Opens a file to read, if it is one and is no link; -1 and errno.  *ret_size and *ret_mode are of what was opened. */
int tree_open(const char *path, uint64_t *ret_size, unsigned *ret_mode);

#endif
