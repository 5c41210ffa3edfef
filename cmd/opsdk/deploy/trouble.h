/* Why a Deployment does not become ready, in words. */
#ifndef DEPLOY_TROUBLE_H
#define DEPLOY_TROUBLE_H

#include <opsdk.h>

enum trouble { TROUBLE_NONE, TROUBLE_WAIT, TROUBLE_FINAL };

/* TROUBLE_NONE: it is ready.  TROUBLE_WAIT: not yet; say is why, as far as known.  TROUBLE_FINAL: waiting will not help, and say is why; the last
 * lines of the log may follow in it.  say is the caller's to free, may be NULL.  Negative: the server could not be asked. */
int trouble_of(opsdk_client *c, opsdk_key deployment, char **say, opsdk_error *err);

#endif
