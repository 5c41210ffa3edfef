/* What is special about each built-in kind. */
#ifndef APISERVER_STRATEGIES_H
#define APISERVER_STRATEGIES_H

#include "apiserver/resource.h"

extern const strategy CONFIG_MAP_STRATEGY, SECRET_STRATEGY;                   /* config.c */
extern const strategy ACCOUNT_STRATEGY;                                       /* account.c */
extern const strategy ENDPOINTS_STRATEGY, ENDPOINT_SLICE_STRATEGY;            /* endpoints.c */
extern const strategy EVENT_STRATEGY, NEW_EVENT_STRATEGY;                     /* event.c */
extern const strategy LEASE_STRATEGY;                                         /* lease.c */
extern const strategy NAMESPACE_STRATEGY, NODE_STRATEGY, CLAIM_STRATEGY;      /* namespace.c, node.c, claim.c */
extern const strategy ROLE_STRATEGY, ROLE_BINDING_STRATEGY;                   /* rbac.c */
extern const strategy POD_STRATEGY, SERVICE_STRATEGY;                         /* pod.c, service.c */
extern const strategy DEPLOYMENT_STRATEGY, REPLICA_SET_STRATEGY;              /* apps.c */
extern const strategy STATEFUL_SET_STRATEGY, DAEMON_SET_STRATEGY;             /* sets.c */
extern const strategy VALIDATING_WEBHOOK_STRATEGY, MUTATING_WEBHOOK_STRATEGY; /* webhook.c */

#endif
