/* Looks for an exporter's classes in jars.  A class of the same name that the application brings wins over that of the
 * agent; if the two do not fit, the agent ends the application. */
#ifndef ATTACH_JAR_H
#define ATTACH_JAR_H

#include "operators/jmx-exporter/attach/attach.h"

/* True if a central directory (of a zip file) lists a file whose name begins with prefix. */
bool zip_lists(const char *directory, size_t len, const char *prefix);

/* Where the central directory is, from the last bytes of a zip file. Returns 0, or -1 if they are none. */
int zip_end_parse(const char *tail, size_t len, uint32_t *ret_at, uint32_t *ret_size);

/* True if the open file is a whole jar, its table of contents at its end, with an exporter's classes. */
bool jar_has_exporter(int fd);

/* Refused if a jar of the class path, or one that the JVM has open, holds an exporter. class_path: as the JVM tells it. */
int jars_check(struct run *r, const char *class_path);

#endif
