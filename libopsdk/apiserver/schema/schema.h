/* What a kind's documents look like: one form for built-in kinds (constant tables in kinds/) and for CRDs (made at run time in crd/).
 *
 * Decoding, pruning, defaults, validation, both merges, server-side apply, tables and OpenAPI all read this and nothing else.
 * Immutable once made; any thread. */
#ifndef APISERVER_SCHEMA_H
#define APISERVER_SCHEMA_H

#include <jansson.h>
#include <opsdk/common.h>

enum schema_type {
    SCHEMA_ANY,    /* whatever JSON has, kept as it is (RawExtension, JSON, preserve-unknown without a type) */
    SCHEMA_OBJECT, /* named fields */
    SCHEMA_MAP,    /* any keys, values of one type (items) */
    SCHEMA_LIST,   /* items */
    SCHEMA_STRING,
    SCHEMA_INTEGER,
    SCHEMA_NUMBER,
    SCHEMA_BOOLEAN,
    SCHEMA_INT_OR_STRING,
    SCHEMA_QUANTITY,  /* string or number, kept as a canonical string */
    SCHEMA_TIME,      /* RFC 3339, seconds */
    SCHEMA_MICROTIME, /* RFC 3339, microseconds */
    SCHEMA_DURATION,  /* "1m30s" */
    SCHEMA_BYTES      /* base64 */
};

/* How server-side apply takes a list (x-kubernetes-list-type) or an object or map (x-kubernetes-map-type). */
enum schema_topology {
    TOPOLOGY_DEFAULT, /* lists: atomic; objects and maps: granular */
    TOPOLOGY_ATOMIC,
    TOPOLOGY_SET,
    TOPOLOGY_MAP /* by keys */
};

/* Strategic merge (x-kubernetes-patch-strategy), a set of bits. */
enum schema_patch { PATCH_MERGE = 1, PATCH_REPLACE = 2, PATCH_RETAIN_KEYS = 4 };

typedef struct schema schema;
typedef struct schema_rules
    schema_rules; /* schema/rules.h: what only CRDs have: minimum, pattern, enum, combinators ... */

typedef struct schema_field {
    const char *name;
    const schema *type;
    const char *dflt;      /* JSON text of the default, or NULL */
    const char *patch_key; /* x-kubernetes-patch-merge-key, or NULL */
    uint8_t patch;         /* bits of schema_patch */
    bool required;
    bool atomic; /* this use of a type that is granular elsewhere */
    /* Of built-in kinds, how Go has the field. */
    bool always;       /* sent when it is empty, too */
    bool pointer;      /* absent and zero differ */
    uint16_t number;   /* in protobuf; 0: none */
    uint16_t within;   /* protobuf's number of the struct that embed names; 0: the field stands there itself */
    const char *embed; /* "VolumeSource": the struct within that it stands in, as messages say it; NULL: none */
} schema_field;

struct schema {
    enum schema_type type;
    enum schema_topology topology;
    const char *name;           /* Go's name of a built-in type, as in "io.k8s.api.core.v1.PodSpec"; NULL: none */
    const char *go;             /* the type as Go prints it: "v1.PodSpec", "[]string"; of built-in kinds */
    const char *format;         /* "int32", "int64", "date-time", ...; NULL: none */
    const char *description;    /* NULL: none */
    const schema_field *fields; /* sorted by name (strcmp) */
    size_t n;
    const schema *items; /* of MAP and LIST; of an OBJECT: additionalProperties beside its fields, or NULL */
    const schema *inner; /* of a built-in kind's ANY: what an object in it is (JSONSchemaPropsOrBool); NULL: anything */
    const char *const *keys;   /* of TOPOLOGY_MAP, NULL-terminated */
    const char *const *values; /* of a built-in kind's strings: the choice, NULL-terminated; NULL: anything */
    const schema_rules *rules; /* NULL: none */
    bool preserve_unknown, embedded, nullable;
};

/* NULL when there is none. */
const schema_field *schema_field_of(const schema *s, const char *name);

/* The schema of a child: a field, additionalProperties or items; NULL when unknown. */
const schema *schema_child(const schema *s, const char *key);

/* metadata of every object (kinds/meta_v1.c), and the whole of an object of which nothing more is known. */
extern const schema SCHEMA_OBJECT_META, SCHEMA_ANYTHING;

#endif
