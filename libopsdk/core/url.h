/* Request paths and queries, escaped.  No fixed-size buffer: the text grows to LIMIT_URL. */
#ifndef CORE_URL_H
#define CORE_URL_H

#include "core/buf.h"

#include <opsdk/kind.h>

/* Adds text with everything but RFC 3986's unreserved characters as %XX: one path segment or query value. */
void url_escape(buf *b, const char *text);

/* "/api/v1/namespaces/NS/pods/NAME/SUB" of a kind; ns, name and sub may be NULL.  ns is left out for cluster-scoped kinds.
 * An empty, "." or ".." segment makes the buffer fail: it would address something else. */
void url_resource(buf *b, const opsdk_kind *kind, const char *ns, const char *name, const char *sub);

/* Adds "?name=value" or "&name=value"; value is escaped, NULL adds nothing. */
void url_query(buf *b, const char *name, const char *value);

#endif
