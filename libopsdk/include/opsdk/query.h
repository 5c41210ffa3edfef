/* Asks the server; never the cache. */
#ifndef OPSDK_QUERY_H
#define OPSDK_QUERY_H

#include <opsdk/client.h>
#include <opsdk/object.h>

OPSDK_BEGIN

typedef struct opsdk_list_opts {
    const char *labels; /* label selector as the API's query takes it: "app=x,tier in (a,b)" */
    const char *fields; /* field selector: "status.phase=Running" */
    int page;           /* objects per request, default 500 */
} opsdk_list_opts;

/* *ret is the caller's. */
OPSDK_API int opsdk_get(opsdk_client *c, opsdk_key key, opsdk_object **ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* ns NULL: all namespaces.  opts may be NULL.  Follows every page; an expired continue token (410) starts over once.
 * *ret is the caller's to clear. */
OPSDK_API int opsdk_list(opsdk_client *c, const opsdk_kind *kind, const char *ns, const opsdk_list_opts *opts,
                         opsdk_objects *ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* Called with each object as it arrives; obj is borrowed for the call.  A negative return ends the list with that code. */
typedef int opsdk_each_fn(const opsdk_object *obj, void *user);

/* Streams: holds one object at a time.  A page whose continue token has expired ends with OPSDK_EGONE. */
OPSDK_API int opsdk_list_each(opsdk_client *c, const opsdk_kind *kind, const char *ns, const opsdk_list_opts *opts,
                              opsdk_each_fn *each, void *user, opsdk_error *err) OPSDK_MUST_CHECK;

/* Finds a resource by kind, plural, singular or short name, with or without ".group", by asking the server's discovery.
 * *ret and its strings are one block, the caller's to free(). */
OPSDK_API int opsdk_discover(opsdk_client *c, const char *name, opsdk_kind **ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* One request as it is, for paths that are no objects: opsdk_raw(c, "GET", "/version", NULL, NULL, &text, &len, &err).  target is path and query,
 * escaped.  content_type and body (a string) may be NULL.  *ret is the caller's to free(), with a NUL behind its *ret_len bytes; at most
 * max_body.  Any media type is accepted. */
OPSDK_API int opsdk_raw(opsdk_client *c, const char *method, const char *target, const char *content_type,
                        const char *body, char **ret, size_t *ret_len, opsdk_error *err) OPSDK_MUST_CHECK;

OPSDK_END
#endif
