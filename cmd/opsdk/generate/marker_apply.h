/* What markers do, one function each; marker.c has the table. */
#ifndef GENERATE_MARKER_APPLY_H
#define GENERATE_MARKER_APPLY_H

#include "model.h"

/* Where a marker may stand.  ON_VALUE: fields, typedefs and structs. */
enum { ON_FILE = 1, ON_SOURCE = 2, ON_KIND = 4, ON_FIELD = 8, ON_VALUE = 16 };

enum takes {
    TAKES_NOTHING,
    TAKES_BOOL, /* nothing, true or false */
    TAKES_NUMBER,
    TAKES_COUNT, /* a whole number from 0 */
    TAKES_TEXT,
    TAKES_LIST,    /* of texts */
    TAKES_FITTING, /* a value of the type that the marker is for */
    TAKES_ARGS,    /* :name=value,... */
    TAKES_MAYBE_ARGS
};

enum arg_takes { ARG_TEXT, ARG_NUMBER, ARG_BOOL, ARG_LIST };
typedef struct marker_arg {
    const char *name, *keyword;
    enum arg_takes takes;
    bool is_needed;
} marker_arg;

/* One marker at work.  Of unit, kind, record and field those are set that it stands at. */
typedef struct marker_job {
    project *project;
    const char *file, *name, *keyword;
    int line;
    unit *unit;
    kind *kind;
    record *record;
    field *field;
    const type *type, *outer; /* that it is about; outer: with OPSDK_OPTIONAL around it */
    json_t **facts;           /* where its keywords go */
    json_t **own, *items;     /* of the field itself; what markers of its items add */
} marker_job;

typedef void marker_fn(marker_job *j, json_t *value);

typedef struct marker_rule {
    const char *name;
    unsigned where;
    enum takes takes;
    const char *keyword;
    unsigned shapes; /* bits of those that it fits */
    const marker_arg *args;
    marker_fn *apply;
} marker_rule;

marker_fn apply_group, apply_version, apply_skip, apply_rbac, apply_operator;
marker_fn apply_resource, apply_subresource, apply_version_item, apply_version_flag, apply_deprecated, apply_metadata;
marker_fn apply_name, apply_optional, apply_required, apply_nullable;
marker_fn apply_fact, apply_embedded, apply_enum, apply_rule, apply_one_of, apply_type, apply_list_type, apply_map_key,
    apply_map_type;

/* A value of the job's type out of text; NULL when it has said that there is none. */
json_t *marker_fitting(marker_job *j, const char *text);
void marker_merge_items(marker_job *j);

#endif
