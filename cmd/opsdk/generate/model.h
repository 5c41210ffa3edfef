/* The types of a project: what types.h says, and what all that is generated comes from. */
#ifndef GENERATE_MODEL_H
#define GENERATE_MODEL_H

#include "pool.h"

#include <opsdk/schema.h>
#include <stdio.h>

/* A type of C.  facts are schema keywords that hold wherever it is used: {"minimum": 1}. */
typedef struct type {
    enum opsdk_shape shape;
    const struct type *of;       /* OPTIONAL, LIST, MAP */
    const struct record *record; /* STRUCT */
    const char *c;               /* as C spells it; for OPTIONAL, LIST and MAP NULL unless it has a typedef */
    const char *doc;             /* of the typedef, or NULL */
    json_t *facts;               /* NULL: none */
} type;

enum demand { DEMAND_BY_TYPE, DEMAND_OPTIONAL, DEMAND_REQUIRED };

typedef struct field {
    const char *c_name, *name; /* in C, in JSON */
    const char *doc;           /* NULL: none */
    const type *type;
    json_t *facts; /* schema keywords; NULL: none */
    enum demand demand;
    int line;
} field;

/* A struct. */
typedef struct record {
    const char *c_name, *doc;
    const char *table; /* the C name of its opsdk_schema */
    field *fields;
    size_t n_fields;
    json_t *facts; /* schema keywords; NULL: none */
    int line;
} record;

/* A resource: a record with +opsdk:kind. */
typedef struct kind {
    const record *record;
    const char *kind, *constant; /* "Cache"; "CACHE", its opsdk_kind */
    const char *plural, *singular;
    bool cluster_scoped;
    /* What the CRD says about it, as it says it: names {shortNames, categories}, version {served, storage, additionalPrinterColumns, ...},
     * metadata {annotations, labels}. */
    json_t *names, *version, *metadata;
    int line;
} kind;

typedef struct alias {
    const char *name;
    type type;
} alias;

struct unit;
typedef struct include {
    struct unit *unit;
    const char *as; /* "../v1/types.h" */
} include;

/* One types.h. */
typedef struct unit {
    const char *path, *real; /* as people know it; without links and dots */
    const char *group, *version;
    bool skip; /* tables only */
    record **records;
    size_t n_records;
    alias **aliases;
    size_t n_aliases;
    kind **kinds;
    size_t n_kinds;
    include *includes; /* other units that it sees */
    size_t n_includes;
    bool is_meta; /* opsdk/meta.h */
} unit;

/* A right that the operator needs: a rule of RBAC. */
typedef struct right {
    const char *group, *resource, *name, *url; /* name: of one object, or NULL; url instead of group and resource */
    const char *verb;
} right;

typedef struct project {
    pool *pool;
    FILE *say; /* where problems go; NULL: nowhere */
    int problems;
    unit **units;
    size_t n_units;
    right *rights;
    size_t n_rights;
    const char *name, *ns; /* of the operator, by its marker; NULL */
    bool cluster_scope;    /* likewise */
    const char *name_file; /* where that was said */
    int name_line;
    const char *cluster_file, *cluster_kind; /* the first use of a kind that is in no namespace; NULL: none */
    int cluster_line;
} project;

/* "file:line: ..." for people and editors; always false. */
bool problem(project *p, const char *file, int line, const char *fmt, ...) OPSDK_PRINTF(4, 5);

void project_right(project *p, const char *group, const char *resource, const char *verb);

/* The type without OPSDK_OPTIONAL around it. */
const type *type_inner(const type *t);
/* Must it be there, by its type: has it no way to say "absent"? */
bool type_is_plain(const type *t);
/* By its own marker or its type's. */
bool field_has_default(const field *f);
/* Is it in the CRD's "required"? */
bool field_is_required(const field *f);

#endif
