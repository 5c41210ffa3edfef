/* Formats of strings in a CRD's schema that the real server checks (kube-openapi strfmt); others mean nothing to it. */
#ifndef APISERVER_FORMAT_H
#define APISERVER_FORMAT_H

#include "apiserver/schema/regex.h"

typedef struct format {
    const char *name;                            /* without dashes */
    const char *pattern;                         /* that a value must match, or NULL */
    bool (*check)(const char *text, size_t len); /* what must also hold, or NULL */
} format;

/* NULL: not one that is checked.  Dashes in name do not count. */
const format *format_find(const char *name);

/* re is the format's pattern, NULL when it has none. */
bool format_holds(const format *f, const regex *re, const char *text, size_t len);

/* net/url.ParseRequestURI takes it; ret_host (may be NULL) tells whether scheme and host are there. */
bool format_is_uri(const char *text, size_t len, bool *ret_host);

/* A Go duration such as "1h15m30.5s". */
bool format_go_duration(const char *text, size_t len);

#endif
