/* pods/log: what a container printed, as plain text, and what it prints from then on. */
#ifndef APISERVER_PODS_LOG_REQUEST_H
#define APISERVER_PODS_LOG_REQUEST_H

#include "apiserver/call.h"

int log_request(call *c, failure *why);

#endif
