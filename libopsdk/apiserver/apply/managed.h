/* Who owns which field: metadata.managedFields and server-side apply (structured-merge-diff).  Pure: times are parameters. */
#ifndef APISERVER_MANAGED_H
#define APISERVER_MANAGED_H

#include "apiserver/failure.h"
#include "apiserver/schema/schema.h"

typedef struct managed_write {
    const schema *schema;
    const char *manager;     /* field manager */
    const char *api_version; /* of the request */
    const char *sub;         /* subresource, "" for none */
    const char *time;        /* RFC 3339, now */
} managed_write;

/* After any write that is not an apply: sets obj's managedFields from old's (NULL: create) and what changed.  Fields that no one may own
 * (apiVersion, kind, metadata.name, uid, resourceVersion ...) stay out; on the main resource status does too, as the server's reset fields say.
 * An unchanged object keeps its times.  A client that sent managedFields: [] or [{}] resets them. */
int managed_update(const managed_write *w, json_t *obj, const json_t *old, failure *why);

/* Server-side apply: merges config into live (NULL: create) as w->manager with operation Apply; removes what the manager owned and no longer
 * names; 409 with the server's causes on conflicts unless force.  *ret is the caller's, managedFields set. */
int managed_apply(const managed_write *w, const json_t *live, const json_t *config, bool force, json_t **ret,
                  failure *why);

#endif
