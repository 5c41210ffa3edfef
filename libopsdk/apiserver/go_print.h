/* Values as Go prints them, since the server's messages are made of that. */
#ifndef APISERVER_GO_PRINT_H
#define APISERVER_GO_PRINT_H

#include "core/buf.h"

#include <jansson.h>

void go_quote(buf *out, const char *text, size_t len); /* %q, strconv.Quote */
void go_float(buf *out, double value);                 /* %v of a float64 */
void go_json(buf *out, const json_t *value);           /* encoding/json: keys in order, < > & escaped */
/* As a field error shows it: scalars by %v, strings by %q, the rest as JSON.  NULL is null. */
void go_bad_value(buf *out, const json_t *value);
void go_show(buf *out, const json_t *value); /* %v of what a decoder makes of JSON: map[a:1 b:[x y]], <nil> */

#endif
