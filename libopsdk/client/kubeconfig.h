/* kubeconfig files: found, merged and read.
 *
 * The first file of a list that names a cluster, user, context or the current context wins, entry by entry; missing files of a
 * list are skipped.  Relative paths belong to the folder of the file in which they stand. */
#ifndef CLIENT_KUBECONFIG_H
#define CLIENT_KUBECONFIG_H

#include "client/config.h"

/* paths: one path, or several with ':' between; a single one must exist.  OPSDK_ENOTFOUND when there is no file,
 * OPSDK_EINVAL with file and field for a wrong one. */
int kubeconfig_load(const char *paths, const char *context, config *ret, opsdk_error *err);

#endif
