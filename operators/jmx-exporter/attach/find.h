/* Finds the one JVM of this container. */
#ifndef ATTACH_FIND_H
#define ATTACH_FIND_H

#include "operators/jmx-exporter/attach/attach.h"

/* Fills run->jvm. Waits a little for one to come, or for a second one to go. */
int jvm_find(struct run *r);

/* True if the process is still the one that was found, and runs. */
bool jvm_alive(const struct jvm *jvm);

/* Milliseconds since the JVM's process was started. */
int64_t jvm_age_ms(const struct jvm *jvm);

#endif
