/* Changes the cluster.
 *
 * Bodies are consumed, also on failure; a NULL body is OPSDK_ENOMEM, so that json_pack() may stand in the call.  ret may be
 * NULL, else *ret is the object as the server stored it and the caller's.  opts may be NULL.
 * OPSDK_EEXISTS, OPSDK_ECONFLICT, OPSDK_ENOTFOUND, OPSDK_EREJECTED and OPSDK_EFORBIDDEN are what callers usually tell apart;
 * opsdk_error holds the server's reason and message. */
#ifndef OPSDK_ACTION_H
#define OPSDK_ACTION_H

#include <opsdk/client.h>
#include <opsdk/object.h>

OPSDK_BEGIN

typedef struct opsdk_write_opts {
    const char *subresource; /* "status", "scale" */
    bool force;              /* apply: take fields over from other managers */
    bool dry_run;            /* the server checks and answers, stores nothing */
    const char *if_version;  /* only if metadata.resourceVersion is this, else OPSDK_ECONFLICT */
} opsdk_write_opts;

OPSDK_API int opsdk_create(opsdk_client *c, opsdk_key key, json_t *body, const opsdk_write_opts *opts,
                           opsdk_object **ret, opsdk_error *err) OPSDK_MUST_CHECK;
/* Replaces the whole object. */
OPSDK_API int opsdk_update(opsdk_client *c, opsdk_key key, json_t *body, const opsdk_write_opts *opts,
                           opsdk_object **ret, opsdk_error *err) OPSDK_MUST_CHECK;
/* Server-side apply under the client's field manager.  apiVersion, kind, name and namespace are filled in. */
OPSDK_API int opsdk_apply(opsdk_client *c, opsdk_key key, json_t *body, const opsdk_write_opts *opts,
                          opsdk_object **ret, opsdk_error *err) OPSDK_MUST_CHECK;
/* JSON merge patch, RFC 7386. */
OPSDK_API int opsdk_merge(opsdk_client *c, opsdk_key key, json_t *patch, const opsdk_write_opts *opts,
                          opsdk_object **ret, opsdk_error *err) OPSDK_MUST_CHECK;
/* JSON patch, RFC 6902: an array of operations. */
OPSDK_API int opsdk_patch(opsdk_client *c, opsdk_key key, json_t *ops, const opsdk_write_opts *opts, opsdk_object **ret,
                          opsdk_error *err) OPSDK_MUST_CHECK;

/* Sets the members of .status that status names, by merge patch on the status subresource; null removes one.  now is the
 * object as last seen, for comparison: nothing is sent when it already says so; NULL always sends. */
OPSDK_API int opsdk_status(opsdk_client *c, opsdk_key key, const opsdk_object *now, json_t *status,
                           opsdk_error *err) OPSDK_MUST_CHECK;

typedef struct opsdk_delete_opts {
    const char *propagation; /* "Foreground", "Background", "Orphan"; default: the server's */
    const char *if_uid, *if_version;
    int grace_s; /* 0: the server's default; negative: at once */
    bool dry_run;
} opsdk_delete_opts;

OPSDK_API int opsdk_delete(opsdk_client *c, opsdk_key key, const opsdk_delete_opts *opts,
                           opsdk_error *err) OPSDK_MUST_CHECK;

OPSDK_END
#endif
