/* SIGTERM and SIGINT for a program that is one manager. */
#ifndef RUNTIME_SIGNALS_H
#define RUNTIME_SIGNALS_H

#include <opsdk/manager.h>

/* The first signal stops m, the second ends the process at once with status 1.  SIGPIPE is ignored.  NULL: there is no manager yet, or no more. */
void signals_install(opsdk_manager *m);

#endif
