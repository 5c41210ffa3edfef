/* A webhook's server beside an embedded API server, and its configurations.
 *
 *     hook_start();
 *     hook_on("v", hook_say, NULL);
 *     hook_add("validating", "v", HOOK_ALL, "");
 *     ...
 *     hook_stop();
 */
#ifndef SUPPORT_HOOK_H
#define SUPPORT_HOOK_H

#include "tests/support/api.h"
#include "tests/support/fakeapi.h"

#define HOOK_MAPS "/api/v1/namespaces/default/configmaps"
#define HOOK_ALL "{operations: ['*'], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}"

extern fakeapi *hook;      /* its server */
extern char hook_ca[8192]; /* its authority, in base64 */

void hook_start(void);
void hook_serve(const fakeapi_opts *opts); /* the webhook's server alone */
void hook_stop(void);

/* A configuration, "validating" or "mutating", of one webhook NAME.example.com at /NAME; more is more of its members. */
void hook_add(const char *kind, const char *name, const char *rules, const char *more);
/* What it answers from now on. */
void hook_on(const char *name, char *(*make)(const char *body, void *user), void *user);

/* user: the whole response as JSON; NULL: allowed. */
char *hook_say(const char *body, void *user);
/* user: a JSON patch. */
char *hook_patch(const char *body, void *user);

/* The n-th request that it was asked about; the caller's. */
json_t *hook_question(int n);

#endif
