/* Names: how C, JSON and Kubernetes spell the same thing, and what each of them allows. */
#ifndef GENERATE_NAMES_H
#define GENERATE_NAMES_H

#include "pool.h"

/* The usual plural of a kind, in lower case: caches, redises, proxies, gateways. */
char *names_plural(pool *p, const char *kind);

char *names_json(pool *p, const char *c_name); /* pod_labels -> podLabels; class_ -> class */
char *names_kind(pool *p, const char *c_name); /* jmx_exporter -> JmxExporter */
char *names_snake(pool *p,
                  const char *name); /* podLabels, PodLabels, $ref, a-b.c -> pod_labels, ref, a_b_c; class -> class_ */
char *names_upper(pool *p, const char *c_name); /* jmx_exporter -> JMX_EXPORTER */
char *names_lower(pool *p, const char *name);

bool names_is_keyword(const char *word); /* of C, C++ or a macro that headers bring */

/* NULL when name is fine, else why not, in words that fit behind the name. */
const char *names_check_group(const char *group);
const char *names_check_version(const char *version);
const char *names_check_kind(const char *kind);
const char *names_check_resource(const char *plural); /* also singular and short names */
const char *names_check_crd(const char *name);        /* plural.group */

#endif
