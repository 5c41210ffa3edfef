/* Files from an archive that nobody vouches for, made on this machine below one folder.
 *
 * Only files and folders are made.  Every name is resolved beneath one directory descriptor and never through a symbolic link; a file is
 * written under a name of its own making and renamed when it is whole; set-id and sticky bits are dropped.  A link, a device, a
 * name that is absolute, has a ".." or is not below what was asked for ends the extraction with an error that names it: what was
 * complete until then stays, nothing more is made.  Not thread-safe. */
#ifndef CLIENT_CP_EXTRACT_H
#define CLIENT_CP_EXTRACT_H

#include "core/tar.h"

typedef struct extract extract;

/* Entries are to be base, or below it; they become dst, or what is below it.  A file goes into dst when that is a folder already. */
int extract_new(const char *base, const char *dst, extract **ret, opsdk_error *err);
extract *extract_free(extract *x); /* removes a file that is not complete */

/* Takes a piece of the archive. */
int extract_feed(extract *x, const char *data, size_t len, opsdk_error *err);
/* At its end: OPSDK_EPROTO when it was cut off, OPSDK_ENOTFOUND when there was nothing in it. */
int extract_end(extract *x, opsdk_error *err);

/* The same for the bytes of one file, without an archive around them. */
int extract_plain_start(extract *x, opsdk_error *err);
int extract_plain_feed(extract *x, const char *data, size_t len, opsdk_error *err);
/* OPSDK_EIO when there were fewer bytes than least. */
int extract_plain_end(extract *x, uint64_t least, opsdk_error *err);

/* Opens the folder path ("" or "a/b", as tar_path makes them) beneath root, by openat2 or, with walk, component by component; a
 * descriptor, or -1 and errno.  No symbolic link is followed. */
int extract_open(int root, const char *path, bool walk);

#endif
