/* Copies files into and out of a container.  Blocks the caller, without a limit on its time, only on silence (60 s).
 *
 * Folders go with tar where the image has one, else entry by entry with its shell alone (sh, cat, mkdir, chmod, mv); out of it only
 * single files (cat).  An image with neither is OPSDK_EEXEC, and the message says so.  A file that arrives is complete or not
 * there: it is written under another name, its length checked, then renamed.  Only a folder that tar unpacks in the container may,
 * when the connection breaks and the call fails, end in an incomplete file. */
#ifndef OPSDK_CP_H
#define OPSDK_CP_H

#include <opsdk/client.h>
#include <opsdk/kind.h>

OPSDK_BEGIN

/* Copies the file or folder src of this machine to the path dst in the container, which it replaces (a file) or merges into
 * (a folder).  A dst that ends in "/" is a folder to put the file into.  dst is absolute; missing folders are made.
 * Permissions are kept, owners are the container's user.  Symbolic links below a folder are copied as links; devices and sockets are
 * refused. */
OPSDK_API int opsdk_cp_to(opsdk_client *c, opsdk_key pod, const char *container, const char *src, const char *dst,
                          opsdk_error *err) OPSDK_MUST_CHECK;

/* Copies the file or folder src of the container to dst on this machine; a file goes into dst when that is a folder.  Everything is
 * made below dst and nothing outside of it is touched, whatever the container sends: names are resolved beneath one directory
 * descriptor, set-id bits are dropped, size and count have caps.  Symbolic and hard links, devices, absolute names and ".." end the
 * copy with OPSDK_EPROTO and the name; what was complete until then stays, nothing more is made. */
OPSDK_API int opsdk_cp_from(opsdk_client *c, opsdk_key pod, const char *container, const char *src, const char *dst,
                            opsdk_error *err) OPSDK_MUST_CHECK;

/* Writes len bytes to the path dst in the container, with these permission bits. */
OPSDK_API int opsdk_cp_mem(opsdk_client *c, opsdk_key pod, const char *container, const char *dst, const void *data,
                           size_t len, unsigned mode, opsdk_error *err) OPSDK_MUST_CHECK;

OPSDK_END
#endif
