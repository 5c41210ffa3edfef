/* The exporter's configuration: taken from stdin, put where the agent reads it, and proven to be in use. */
#ifndef ATTACH_CONFIG_H
#define ATTACH_CONFIG_H

#include "operators/jmx-exporter/attach/attach.h"

/* Reads stdin into run->config. */
int config_read(struct run *r);

/* Keys on which an agent ends the application, even when they come with a later change. */
int config_safe(struct run *r);

/* What config_safe looks for: the word in text that must not be there, or NULL. ret_line counts from 1. */
const char *config_forbidden(const char *text, size_t len, int *ret_line);

/* Puts a configuration in place that cannot be wrong, for the load. */
int config_harmless(struct run *r);

/* Puts run->config in place and waits until the agent at run->real_port has read it. One that it cannot use is
 * replaced by the last good one. */
int config_apply(struct run *r);

#endif
