/* What kinds with pod templates share. */
#ifndef APISERVER_WORKLOAD_H
#define APISERVER_WORKLOAD_H

#include "apiserver/kinds/check.h"

/* The selector of a kind, as messages name it, and what its template has to do with it. */
void workload_selector_check(field_errors *errors, const json_t *spec, const char *kind);
/* Is it a selector that can be used?  An absent one selects nothing. */
bool workload_selector_is_fine(const json_t *selector);
/* Do its pods have the labels that it looks for? */
void workload_match_check(field_errors *errors, const json_t *spec);
/* A pod of it has to be restarted for ever. */
void workload_forever_check(field_errors *errors, const json_t *spec, const char *kind);

/* "25%" or a number, not negative; and at most all. */
void percent_check(field_errors *errors, const char *path, const json_t *value);
void percent_most_check(field_errors *errors, const char *path, const json_t *value);
json_int_t percent_value(const json_t *value);

/* A strategy of a type that is none of those there are. */
void workload_wrong_strategy(field_errors *errors, const char *path, const json_t *have, const char *const *valid);

/* Counts in a status: none negative, none above the first. */
void counts_check(field_errors *errors, const json_t *status, const char *const *names);

/* Keeps spec or status, whichever this write is not about; then counts the generation by the spec. */
int workload_prepare(call *c, json_t *obj, const json_t *old, failure *why);
/* Of the template, when there is a new one; and of a name that is no DNS label, when named. */
void workload_warn(call *c, const json_t *obj, const json_t *old, bool named);
bool workload_is_status(const call *c);

#endif
