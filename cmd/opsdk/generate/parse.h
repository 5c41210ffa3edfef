/* types.h: the part of C that it is written in, and nothing else. */
#ifndef GENERATE_PARSE_H
#define GENERATE_PARSE_H

#include "model.h"

/* Reads one file's text into u, which is in the project already.  Problems are told and counted. */
void parse_types(project *p, unit *u, const char *text, size_t len);

/* The names that it includes with "...", in turn: zero *at to start; NULL at the end; the pool's. */
char *parse_include(project *p, const char *text, size_t len, size_t *at);

/* opsdk/meta.h, which every types.h sees. */
unit *parse_meta(project *p);

record *unit_record(const unit *u, const char *name, size_t len); /* NULL: it sees none of that name */

#endif
