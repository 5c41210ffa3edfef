/* What is to be in a layer: paths, and where their content comes from.  Written in the order of the paths, whatever order they came in. */
#ifndef BUILD_TREE_H
#define BUILD_TREE_H

#include "digest.h"
#include "tarball.h"

#include <opsdk/common.h>

typedef struct tree_entry {
    char *path; /* in the image, without a slash at its begin */
    enum tarball_type type;
    unsigned mode;
    char *from; /* a file here; NULL: text is the content, or a link's target */
    char *text;
    size_t order;
} tree_entry;

typedef struct tree { /* zero it once */
    tree_entry *items;
    size_t len, room;
} tree;

/* Paths may begin with a slash.  Of two entries for one path the later one stays. */
int tree_dir(tree *t, const char *path, unsigned mode, opsdk_error *err);
int tree_text(tree *t, const char *path, unsigned mode, const char *text, opsdk_error *err);
int tree_link(tree *t, const char *path, const char *target, opsdk_error *err);
int tree_file(tree *t, const char *path, unsigned mode, const char *from, opsdk_error *err);
/* A file or a folder with all that is in it; owned by root.  exact: with their permissions; else with those that all may read, whatever
 * the umask of this machine made of them. */
int tree_copy(tree *t, const char *path, const char *from, bool exact, opsdk_error *err);

bool tree_has(const tree *t, const char *path);
/* Writes it as a tar archive.  parents: also entries for the folders above those that are there. */
int tree_write(tree *t, bool parents, const char *out, digest *ret, uint64_t *ret_size, opsdk_error *err);
void tree_clear(tree *t);

#endif
