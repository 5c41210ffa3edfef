/* What must hold before anything is done to a JVM. */
#ifndef ATTACH_CHECK_H
#define ATTACH_CHECK_H

#include "operators/jmx-exporter/attach/attach.h"

/* Opens the directory: ours, not open to others, without odd letters in its path; sets run->dir_fd and run->dir.
 * canonical: DIR_MAX + 1 bytes that live as long as the run. */
int dir_check(struct run *r, const char *path, char *canonical);

/* Takes DIR/lock, so that one run at a time works on this directory. */
int dir_lock(struct run *r);

/* Keeps out runs that work on the same JVM from another directory: two loads would end the application. */
int jvm_lock(struct run *r);

/* The JVM's options forbid an attach, or name another exporter. */
int options_check(struct run *r);

/* The modules that the agent needs: without one of them it would end the application. */
int modules_check(struct run *r);

/* Nobody listens on the port, and the JVM may. */
int port_check(struct run *r);

/* The JVM can read the jar. */
int jar_check(struct run *r);

/* Reads "MODULES=" of a release file. Returns 1 if module is in it, 0 if not, -1 if the text does not say. */
int release_has_module(const char *text, const char *module);

/* True if data holds name between two NULs: an entry of a string table. */
bool table_has(const char *data, size_t len, const char *name);

#endif
