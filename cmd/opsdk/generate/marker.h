/* Markers: one table says what each is called, where it may stand, what it takes and what it does.  docs/markers.md is for people. */
#ifndef GENERATE_MARKER_H
#define GENERATE_MARKER_H

#include "notes.h"

/* Takes those of a comment that stands alone or in a source: of the file, the operator and RBAC.  u is NULL in a source. */
void marker_file(project *p, const char *file, unit *u, notes *n);
void marker_field(project *p, const char *file, field *f, notes *n);
void marker_alias(project *p, const char *file, type *t, notes *n);
/* *ret_kind becomes the kind, if the struct is one. */
void marker_record(project *p, const char *file, record *r, notes *n, kind **ret_kind);
/* Says of each marker that nobody took that it is unknown or misplaced. */
void marker_rest(project *p, const char *file, const notes *n);

/* The schema keywords in *facts, made when there are none yet. */
json_t *marker_facts(project *p, json_t **facts);

#endif
