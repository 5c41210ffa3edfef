/* What the server does to custom resources, beyond their schema. */
#ifndef APISERVER_CRD_CUSTOM_H
#define APISERVER_CRD_CUSTOM_H

#include "apiserver/apiserver.h"

#define CRD_NAME_DESCRIPTION "The object's name, unique among those of its kind in its namespace."
#define CRD_AGE_DESCRIPTION "When the server made the object."

extern const strategy CUSTOM_STRATEGY;

/* Is obj of res's kind and version, as sent in text (NULL: made by the server)? */
int custom_kind(const resource *res, const json_t *obj, const char *text, size_t len, failure *why);

/* Is obj, as it is stored, what the version res has? */
bool custom_is_stored(const resource *res, const json_t *obj);

/* The cell of the first column of a table. */
json_t *custom_name_cell(const json_t *obj, int64_t now_s);

#endif
