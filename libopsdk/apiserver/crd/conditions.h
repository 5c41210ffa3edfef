/* status.conditions of a CRD, and the names that it may have. */
#ifndef APISERVER_CRD_CONDITIONS_H
#define APISERVER_CRD_CONDITIONS_H

#include <jansson.h>
#include <stdbool.h>

/* A condition; its strings are literals or borrowed. */
typedef struct crd_condition {
    const char *type, *status, *reason, *message;
} crd_condition;

json_t *crd_condition_find(const json_t *crd, const char *type); /* borrowed; NULL: none */
bool crd_condition_true(const json_t *crd, const char *type);
/* now becomes lastTransitionTime where the status changes. */
int crd_condition_set(json_t *crd, const crd_condition *c, const char *now);

bool crd_names_settled(const json_t *crd); /* has it all names that it wants? */
/* Decides which of spec.names crd is given (status.acceptedNames) beside others, all other CRDs of its group (an array), and
 * sets NamesAccepted and Established.  1: crd was changed; 0: nothing to do; -1: no memory. */
int crd_settle_names(json_t *crd, const json_t *others, const char *now);

#endif
