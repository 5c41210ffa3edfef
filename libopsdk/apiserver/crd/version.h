/* One version of a CRD as it is served: the resource, and what only CRDs have beside it. */
#ifndef APISERVER_CRD_VERSION_H
#define APISERVER_CRD_VERSION_H

#include "apiserver/apiserver.h"
#include "apiserver/crd/build.h"

typedef struct crd_version {
    resource res; /* res.owner points back here */
    built_schema schema;
    const json_t *spec; /* of this version, within crd */
    json_t *crd;        /* a copy of the whole document, owned: strings are borrowed from it */
    const char *crd_name;
    const json_t *scale; /* subresources.scale, or NULL */
    bool status;         /* has the status subresource */
    bool ends;           /* nothing new may be created */
    const char *warning; /* for requests to a deprecated version, or NULL */
} crd_version;

/* crd is the whole document, at one of its versions (borrowed); s gives the collection.  NULL: no memory. */
crd_version *crd_version_new(apiserver *s, const json_t *crd, size_t index);
/* The owner's reference of res goes; the rest when watches that still run on it end. */
void crd_version_drop(crd_version *v);

#endif
