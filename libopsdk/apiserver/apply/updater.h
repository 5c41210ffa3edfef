/* What a write does to the owners of fields: the core of both managed_update and managed_apply. */
#ifndef APISERVER_APPLY_UPDATER_H
#define APISERVER_APPLY_UPDATER_H

#include "apiserver/apply/entries.h"

/* Somebody else owns what is to change. */
typedef struct conflict {
    const entry *owner;
    const fields *set;
} conflict;

typedef struct conflicts {
    conflict *v;
    size_t n;
} conflicts;

/* Does v do under the schema of another version?  -1: no, mem has the problem, with before in front. */
int updater_fits(pool *mem, const schema *s, const json_t *v, const char *before);
/* Can v be converted to the versions of all entries?  -1: no, mem has the problem. */
int updater_convert(pool *mem, const managed_write *w, const json_t *v, const entries *all);

/* Takes from all entries but self (which may be NULL) what changed or went between from and to.  When ret is not NULL and somebody else owns
 * what changed, ret gets it and nothing is done.  *ret_changed is what differs in the version of the request.  -1: the documents do not fit
 * the schema, or mem failed. */
int updater_take(pool *mem, const managed_write *w, const json_t *from, const json_t *to, entries *all,
                 const entry *self, conflicts *ret, comparison *ret_changed);

/* A write that is no apply, by the manager given. */
int updater_update(pool *mem, const managed_write *w, const char *manager, const json_t *from, const json_t *to,
                   entries *all);

/* The set without what nobody may own, and without what this kind of write takes back. */
const fields *updater_filter(pool *mem, const managed_write *w, const fields *set);
const fields *updater_strip(pool *mem, const fields *set);

/* The set of one path, "spec.replicas" or ".spec.replicas". */
const fields *updater_path(pool *mem, const char *path);

json_t *updater_blank(const managed_write *w); /* the object before it is created; the caller's */

#endif
