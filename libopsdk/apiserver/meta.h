/* Rules of metadata that all kinds share (k8s.io/apiserver registry/rest, apimachinery validation). */
#ifndef APISERVER_META_H
#define APISERVER_META_H

#include "apiserver/apiserver.h"

json_t *meta_of(const json_t *obj);                         /* metadata; borrowed; NULL: none */
const char *meta_text(const json_t *obj, const char *name); /* metadata.NAME, or "" */
int64_t meta_generation(const json_t *obj);

/* base and a random suffix, as generateName makes names. */
#define META_NAME 64
const char *meta_random_name(const char *base, char room[META_NAME]);

#define META_UID 40
const char *meta_random_uid(char room[META_UID]); /* NULL: no randomness */

/* Before a create: takes back what the server sets, makes the name of generateName, sets uid and creationTimestamp. */
int meta_create(call *c, json_t *obj, failure *why);
/* Before an update: carries over what may not change. */
/* Takes out of a client's new object what only the server sets. */
void meta_wipe(json_t *obj);
void meta_update(json_t *obj, const json_t *old);

/* Names (by rule), labels, annotations, owners, finalizers; meta_validate.c. */
void meta_validate(enum name_rule rule, const json_t *obj, field_errors *errors);
/* Names of finalizers, as built-in kinds have them. */
void meta_validate_finalizers(const json_t *obj, field_errors *errors);
void meta_validate_update(const json_t *obj, const json_t *old, field_errors *errors);

#endif
