/* The resources that are served: built-in ones and those that CRDs define. */
#ifndef APISERVER_RESOURCE_H
#define APISERVER_RESOURCE_H

#include "apiserver/failure.h"
#include "apiserver/names.h"
#include "apiserver/schema/schema.h"

typedef struct call call;             /* call.h */
typedef struct collection collection; /* store.h */
typedef struct resource resource;

/* Verbs, a set of bits. */
enum {
    VERB_GET = 1,
    VERB_LIST = 2,
    VERB_WATCH = 4,
    VERB_CREATE = 8,
    VERB_UPDATE = 16,
    VERB_PATCH = 32,
    VERB_DELETE = 64,
    VERB_DELETECOLLECTION = 128,
    VERBS_ALL = 255
};

/* What is special about a kind.  Every member may be NULL.  obj is changed in place; old is what is stored now (NULL: create).
 * The order in a write: decode, defaults, owners of fields, admission (mutating), prepare, validate, admission (validating), store, stored. */
typedef struct strategy {
    /* Fills in what the server fills in, beyond the schema's defaults; also when an object is read that was stored without. */
    void (*defaults)(json_t *obj);
    /* Makes an object that was stored in another version, or under an older schema, what res has of it. */
    void (*read)(const resource *res, json_t *obj);
    /* The reverse, where what is stored is of another group: changes a copy. */
    void (*write)(const resource *res, json_t *obj);
    /* Before the write: takes back what a client may not set (status on the main resource), counts the generation. */
    int (*prepare)(call *c, json_t *obj, const json_t *old, failure *why);
    void (*validate)(call *c, const json_t *obj, const json_t *old, field_errors *errors);
    /* After the write, with the lock held: now NULL for a removal. */
    void (*stored)(call *c, const json_t *now, const json_t *old);
    /* Seconds that a deleted object lives on; asked: what the client wants, -1 when it does not say.  NULL: 0. */
    int64_t (*grace)(const json_t *obj, int64_t asked);
    /* At the first delete: changes obj so that it lives on marked, instead of what is usual.  False: does as usual. */
    bool (*deleting)(call *c, json_t *obj);
    /* Does it live on, once deleted, for another reason than finalizers in its metadata?  Such a delete after the first changes nothing. */
    bool (*held)(const json_t *obj);
    /* Messages for the Warning header. */
    void (*warn)(call *c, const json_t *obj, const json_t *old);
    bool creates_on_update; /* an update of what is not there creates it */
} strategy;

typedef struct selectable { /* a field selector beyond metadata.name and metadata.namespace */
    const char *name;       /* "spec.nodeName" */
    const char *pointer;    /* "/spec/nodeName" */
    const char *dflt;       /* value when absent; usually "" */
} selectable;

typedef struct subresource {
    const char *name;                   /* "status", "scale", "exec" ... */
    const char *group, *version, *kind; /* of its documents, "" and NULL: the resource's own */
    unsigned verbs;
    int (*handle)(call *c, failure *why); /* NULL: status and scale, which the generic code knows */
} subresource;

typedef struct column { /* of a table */
    const char *name, *type, *format, *description;
    int priority;
    const char *path;                                   /* JSONPath of a CRD's column, or NULL */
    json_t *(*value)(const json_t *obj, int64_t now_s); /* else this makes the cell; now for ages */
} column;

struct resource {
    const char *group, *version; /* "" is the core group */
    const char *plural, *singular, *kind;
    const char *list_kind;                              /* NULL: kind and "List" */
    const char *const *short_names, *const *categories; /* NULL-terminated, or NULL */
    enum name_rule names;                               /* of its objects */
    bool namespaced;
    bool hidden;      /* a version that is not served */
    bool custom;      /* of a CRD */
    bool stale;       /* some of what is stored may have been written under an older schema */
    bool conditional; /* an update must say which resourceVersion it changes */
    unsigned verbs;
    const subresource *subresources; /* up to the first without name; or NULL */
    const schema *schema;            /* of the whole object; never NULL */
    const strategy *strategy;        /* or NULL */
    const selectable *selectables;   /* up to the first without name; or NULL */
    const column *columns;           /* up to the first without name; or NULL: name and age */
    const char *home;                /* group of the collection; NULL: group */
    bool returns_deleted;            /* a delete answers with the object, not with a status */
    const char *deprecated;          /* a warning with each answer, or NULL */
    /* A virtual resource (subjectaccessreviews): answers a create itself and stores nothing. */
    int (*review)(call *c, json_t *obj, failure *why);
    collection *objects;         /* shared by the versions of one group and plural; NULL for virtual ones */
    int64_t born;                /* revision of the CRD that made it; for discovery's order */
    const char *storage_version; /* NULL: version */
    const json_t *openapi;       /* of a CRD's: openAPIV3Schema of the version, as it is published; NULL: none */
    void *owner;                 /* of a CRD: crd/'s own data */
    unsigned refs;               /* of a CRD's: held by watches under way */
    void (*free)(resource *res); /* of a CRD's, when the last reference goes; NULL: built in */
};

/* All resources, by group, version and plural.  Used under the server's lock. */
typedef struct registry registry;
registry *registry_new(void);
registry *registry_free(registry *r);

int registry_add(registry *r, resource *res); /* -1: no memory.  Built-in ones are borrowed, of CRDs owned by crd/. */
void registry_remove(registry *r, resource *res);
resource *registry_find(const registry *r, const char *group, const char *version, const char *plural);
/* The resource that is served for a kind in "apps/v1" or "v1" and stored; NULL: none. */
resource *registry_kind(const registry *r, const char *api_version, const char *kind);
/* Changes with each resource that comes or goes: what is made of the registry is kept as long as this stays. */
uint64_t registry_generation(const registry *r);
/* Walks in the order of adding: zero *at to start; NULL at the end. */
resource *registry_next(const registry *r, size_t *at);

/* Keep a CRD's resource alive while a watch runs on it; no effect on built-in ones. */
resource *resource_hold(resource *res);
void resource_release(resource *res);

const char *resource_home(const resource *res);
const subresource *resource_sub(const resource *res, const char *name); /* NULL: none */
/* "pods", "deployments.apps": as messages name it; into room, which it returns. */
const char *resource_label(const resource *res, char *room, size_t len);

#endif
