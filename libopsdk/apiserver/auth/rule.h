/* One PolicyRule against what is asked, and rules against rules (k8s.io/component-helpers/auth/rbac/validation). */
#ifndef APISERVER_RULE_H
#define APISERVER_RULE_H

#include "apiserver/auth/authorize.h"

bool rule_allows(const json_t *rule, const attributes *a);

/* What of the wanted rules none of the held ones covers, one line for each in the server's words, sorted.  -1: too many to tell, or no memory. */
int rules_missing(const json_t *held, const json_t *wanted, buf *out);

#endif
