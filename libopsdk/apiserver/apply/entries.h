/* The entries of managedFields: a manager each, and what it owns. */
#ifndef APISERVER_APPLY_ENTRIES_H
#define APISERVER_APPLY_ENTRIES_H

#include "apiserver/apply/managed.h"
#include "apiserver/apply/typed.h"

typedef struct entry {
    const char *manager, *api_version, *sub; /* "" when absent */
    const char *time;                        /* NULL: none */
    bool applied;                            /* operation Apply, else Update */
    const fields *set;
    const schema *schema; /* of its version */
    json_t *json;         /* FieldsV1 of set, borrowed; NULL: it is to be made */
    json_t *source; /* what it was read from, borrowed; NULL: it is new, or somebody else's or of another version now */
    bool gone;
} entry;

typedef struct entries {
    entry *v;
    size_t n, cap;
    bool any; /* there were some, of whatever version */
} entries;

/* -1: one of them is invalid, *ret_problem says how (in mem).  What it returns refers to list.  The entries of versions that are not served are
 * left out. */
int entries_read(pool *mem, const managed_write *w, const json_t *list, entries *ret, const char **ret_problem);
/* The same manager as e: one that applies is the same in all versions. */
entry *entries_find(const entries *all, const entry *e);
/* The entry of e's manager, which becomes e's copy when there is none; NULL: no memory. */
entry *entries_add(pool *mem, entries *all, const entry *e);
void entry_set(entry *e, const fields *set); /* an entry without fields is gone */

/* Merges the oldest updates of each version until there are at most LIMIT_MANAGERS. */
void entries_cap(pool *mem, entries *all);

/* As JSON, in the server's order; NULL: there are none, or mem failed. */
json_t *entries_json(pool *mem, entries *all);

/* What identifies the manager, as text: {"manager":"x","operation":"Update","apiVersion":"v1"}; in the pool. */
const char *entry_identity(pool *mem, const entry *e);

#endif
