/* Whether a text is JSON, and what is wrong with it in the words of Go's encoding/json. */
#ifndef APISERVER_GO_SCAN_H
#define APISERVER_GO_SCAN_H

#include "core/buf.h"

/* True when it is one JSON value; else *why has the message, such as "invalid character '}' looking for beginning of value". */
bool go_scan(const char *text, size_t len, buf *why);

#endif
