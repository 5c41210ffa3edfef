/* Copies files into and out of a container.  Blocks the caller.
 *
 * With tar where the image has one, else with its shell alone (sh, cat, mkdir, chmod, mv).  An image with neither is
 * OPSDK_EEXEC, and the message says so.  A file that arrives is complete or not there: it is written under another name,
 * its length checked, then renamed. */
#ifndef OPSDK_CP_H
#define OPSDK_CP_H

#include <opsdk/client.h>
#include <opsdk/kind.h>

OPSDK_BEGIN

/* Copies the file or folder src of this machine to the path dst in the container, which it replaces (a file) or merges into
 * (a folder).  dst is absolute; missing folders are made.  Modes are kept, owners are the container's user.
 * Symbolic links below a folder are copied as links; devices and sockets are refused. */
OPSDK_API int opsdk_cp_to(opsdk_client *c, opsdk_key pod, const char *container, const char *src, const char *dst,
                          opsdk_error *err) OPSDK_MUST_CHECK;

/* Copies the file or folder src of the container to dst on this machine.  Everything is made below dst and nothing outside
 * of it is touched, whatever the container sends: absolute names, "..", links, devices and set-id bits are refused or
 * masked, names are resolved beneath one directory descriptor, and size and count have caps. */
OPSDK_API int opsdk_cp_from(opsdk_client *c, opsdk_key pod, const char *container, const char *src, const char *dst,
                            opsdk_error *err) OPSDK_MUST_CHECK;

/* Writes len bytes to the path dst in the container, with these permission bits. */
OPSDK_API int opsdk_cp_mem(opsdk_client *c, opsdk_key pod, const char *container, const char *dst, const void *data,
                           size_t len, unsigned mode, opsdk_error *err) OPSDK_MUST_CHECK;

OPSDK_END
#endif
