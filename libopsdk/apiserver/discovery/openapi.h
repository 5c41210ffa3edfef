/* OpenAPI v3: /openapi/v3, an index, and one document for each version of a group; and v2: /openapi/v2, one for all.
 *
 * Clients read from it the fields of kinds (kubectl explain), how lists are merged (kubectl apply), and which parameters a request may
 * have.  Documents are made when somebody asks, and kept: those of built-in kinds for good, others until a CRD comes or goes. */
#ifndef APISERVER_OPENAPI_H
#define APISERVER_OPENAPI_H

#include "apiserver/apiserver.h"
#include "apiserver/discovery/groups.h"

typedef struct openapi openapi;
openapi *openapi_free(openapi *o); /* NULL is fine; returns NULL */

int openapi_answer(call *c, const char *rest, failure *why); /* rest: what follows /openapi/v3/ */

int openapi_v2_answer(call *c, const char *rest, failure *why);

/* The parts.  All return new references, NULL or incomplete when there is no memory, which the caller sees by the text. */

/* The document of one version of a group. */
json_t *openapi_document(const group_version *g);

/* The types of all that is served. */
json_t *openapi_v2_document(const registry *r);
/* Adds that document to out in protobuf.  -1: no memory, or doc is NULL. */
int openapi_v2_proto(const json_t *doc, buf *out);

/* Adds what operations there are on a resource to paths. */
void openapi_paths(json_t *paths, const resource *res);

/* Adds the resource's types to schemas: its own, its list's, those of its subresources, and all that they are made of. */
void openapi_schemas(json_t *schemas, const resource *res);
/* A resource's type as the CRD describes it, without what it is made of. */
json_t *openapi_custom(const resource *res);

/* Names of types: "io.k8s.api.core.v1.Pod", "com.example.v1.Widget".  New strings, to be freed; NULL: no memory. */
char *openapi_name(const resource *res);
char *openapi_list_name(const resource *res);
/* Of the documents of a subresource; NULL also: they are not described. */
const schema *openapi_sub_schema(const subresource *sub);

json_t *openapi_ref(const char *name);
json_t *openapi_gvk(const char *group, const char *version, const char *kind);

#define OPENAPI_META "io.k8s.apimachinery.pkg.apis.meta.v1."

#endif
