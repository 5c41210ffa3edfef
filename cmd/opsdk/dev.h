/* The words after "opsdk dev". */
#ifndef OPSDK_CMD_DEV_H
#define OPSDK_CMD_DEV_H

#include "cmd.h"

extern const cmd dev_fault, dev_heal, dev_kubeconfig, dev_requests, dev_run;

/* Asks a server that runs (body: text, or NULL) and prints what it answers; an exit code. */
int dev_request(const cmd *self, const cmd_common *common, const char *method, const char *target, const char *body);

#endif
