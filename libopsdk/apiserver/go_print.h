/* Values as Go prints them, since the server's messages are made of that. */
#ifndef APISERVER_GO_PRINT_H
#define APISERVER_GO_PRINT_H

#include "core/buf.h"

#include <jansson.h>

bool go_is_print(int32_t rune);                            /* unicode.IsPrint, nearly */
void go_quote(buf *out, const char *text, size_t len);     /* %q, strconv.Quote */
void go_float(buf *out, double value);                     /* %v of a float64 */
void go_json_text(buf *out, const char *text, size_t len); /* encoding/json of a string */
void go_json(buf *out, const json_t *value);               /* encoding/json: keys in order, < > & escaped */
/* As a field error shows it: scalars by %v, strings by %q, the rest as JSON.  NULL is null. */
void go_bad_value(buf *out, const json_t *value);
void go_show(buf *out, const json_t *value);   /* %v of what a decoder makes of JSON: map[a:1 b:[x y]], <nil> */
void go_syntax(buf *out, const json_t *value); /* %#v likewise: map[string]interface {}{"a":1} */
const char *go_type(const json_t *value); /* %T likewise: "map[string]interface {}", "int64"; NULL and null: "<nil>" */
const char *
go_kind(const json_t *value); /* what encoding/json calls it: "object", "array", "string", "number", "bool" */

#endif
