/* Who owns which field: metadata.managedFields and server-side apply (structured-merge-diff).  Pure: times are parameters. */
#ifndef APISERVER_MANAGED_H
#define APISERVER_MANAGED_H

#include "apiserver/failure.h"
#include "apiserver/schema/schema.h"

/* The schema of another version of the kind, "GROUP/VERSION"; NULL: not served, what is owned in it is forgotten. */
typedef const schema *managed_schema_fn(const char *api_version, void *user);

typedef struct managed_write {
    const schema *schema;
    const char *kind;        /* of the documents */
    const char *manager;     /* field manager */
    const char *api_version; /* of the request */
    const char *sub;         /* subresource, "" for none */
    const char *time;        /* RFC 3339, now */
    const char *const
        *reset; /* paths that this write takes back, "spec" or "metadata.labels", NULL-terminated; NULL: none */
    const char *const *only;  /* likewise, and all else is taken back; "*" is any element; NULL: none */
    bool builtin;             /* its documents have structs that are never absent */
    managed_schema_fn *other; /* NULL: there is no other version */
    void *user;
} managed_write;

/* After any write that is not an apply: sets obj's managedFields from old's (NULL: create) and what changed.  Fields that no one may own
 * (apiVersion, kind, metadata.name, uid, resourceVersion ...) stay out, as do those of reset.
 * A client that sent managedFields: [] or [{}] resets them. */
int managed_update(const managed_write *w, json_t *obj, const json_t *old, failure *why);

/* Server-side apply: merges config into live (NULL: create) as w->manager with operation Apply; removes what the manager owned and no longer
 * names; 409 with the server's causes on conflicts unless force.  *ret is the caller's, managedFields set; its values are as config has them and
 * are still to be decoded. */
int managed_apply(const managed_write *w, const json_t *live, const json_t *config, bool force, json_t **ret,
                  failure *why);

/* Last of all before an update is stored: would it change nothing?  Times in managedFields do not count, and are the old ones then. */
bool managed_is_unchanged(json_t *obj, const json_t *old);

/* The subresource scale: the parent's entries as its document has them, and those of a changed document for the parent.  path is where the
 * replicas are in the parent, "spec.replicas"; entries may be NULL.  The results are the caller's; NULL: none. */
json_t *managed_to_scale(const json_t *entries, const char *path);
json_t *managed_from_scale(const json_t *parent, const json_t *scale, const char *api_version, const char *path);

#endif
