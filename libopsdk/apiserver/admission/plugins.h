/* The plug-ins that a real server has on when nobody says otherwise, as far as they do something here. */
#ifndef APISERVER_ADMISSION_PLUGINS_H
#define APISERVER_ADMISSION_PLUGINS_H

#include "apiserver/apiserver.h"

/* What is asked. */
typedef struct admission {
    call *c;
    json_t *obj;       /* NULL: a delete */
    const json_t *old; /* NULL: a create */
    failure *why;
} admission;

/* Each returns 0, or -1 with *why. */
int plugin_namespace_lifecycle(const admission *a);
int plugin_service_account(const admission *a);
int plugin_priority(const admission *a);
int plugin_toleration_seconds(const admission *a);
int plugin_runtime_class(const admission *a);
int plugin_node_taint(const admission *a);
int plugin_storage_in_use(const admission *a);
int plugin_claim_resize(const admission *a); /* validates */

bool admission_is(const admission *a, const char *group, const char *plural, const char *sub);
/* 403: PODS "NAME" is forbidden: ... */
int admission_forbid(const admission *a, const char *fmt, ...) OPSDK_PRINTF(2, 3);

#endif
