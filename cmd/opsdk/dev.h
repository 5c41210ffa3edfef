/* The words after "opsdk dev". */
#ifndef OPSDK_CMD_DEV_H
#define OPSDK_CMD_DEV_H

#include "cmd.h"

extern const cmd dev_fault, dev_heal, dev_requests;

#endif
