/* Is an exporter in the JVM already?  A second one would end the application, so this is asked twice. */
#ifndef ATTACH_AGENT_H
#define ATTACH_AGENT_H

#include "operators/jmx-exporter/attach/attach.h"

enum agent { AGENT_NONE, AGENT_OURS, AGENT_FOREIGN, AGENT_UNKNOWN };

/* Looks at the JVM's open files and mappings: it keeps the jar of an agent open for ever. On AGENT_FOREIGN
 * ret_path names the other jar. */
enum agent agent_look(const struct run *r, char *ret_path, size_t size);

/* True if a socket of the JVM listens on port. */
bool agent_listens(const struct run *r, int port);

#endif
