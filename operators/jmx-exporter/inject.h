/* Loads the agent into the JVM of one container, by the helper that runs there. */
#ifndef JMX_INJECT_H
#define JMX_INJECT_H

#include "config.h"
#include "pod.h"

/* Brings helper and agent into the container if they are not there yet, and runs the helper: it finds the JVM, loads the agent exactly
 * once, gives it the configuration and verifies by a scrape.  Safe to repeat at any time.  *ret_port is the port that the agent serves.
 * Reasons: those of the helper (attach/report.h), and CopyFailed, ExecFailed, HelperFailed. */
int inject(const opsdk_request *rq, const pod_container *c, const exporter *e, const config_text *config,
           int64_t *ret_port, opsdk_error *err);

#endif
