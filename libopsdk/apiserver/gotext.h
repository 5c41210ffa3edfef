/* Values and strings as Go prints them, since that is what the real server's messages are made of.
 *
 * Each appends to out; failure is the buffer's. */
#ifndef APISERVER_GOTEXT_H
#define APISERVER_GOTEXT_H

#include "core/buf.h"

#include <jansson.h>

void go_quote(buf *out, const char *s, size_t len); /* %q */
void go_value(buf *out, const json_t *v);           /* %v of what encoding/json made: map[a:1 b:[x y]], nil is <nil> */
void go_syntax(buf *out, const json_t *v);          /* %#v, likewise: map[string]interface {}{"a":1} */
void go_json(buf *out, const json_t *v);            /* encoding/json: sorted members, <>& escaped */
void go_json_string(buf *out, const char *s, size_t len);
const char *go_type(const json_t *v); /* %T: "map[string]interface {}", "int64", ...; NULL and null: "<nil>" */
const char *go_kind(const json_t *v); /* what encoding/json calls it: "object", "array", "string", "number", "bool" */

#endif
