/* An embedded API server, asked in YAML and answering in JSON.
 *
 *     api_start(NULL);
 *     json_decref(api_ask(201, "POST", "/api/v1/namespaces", "{metadata: {name: %s}}", name));
 *     api_wait_gone("/api/v1/namespaces/a");
 *     api_stop();
 *
 * One at a time; the thread that starts it asks. */
#ifndef SUPPORT_API_H
#define SUPPORT_API_H

#include <jansson.h>
#include <opsdk/apiserver.h>
#include <opsdk/common.h>

extern opsdk_apiserver *api_server;

void api_start(const opsdk_apiserver_opts *opts);
void api_stop(void);

/* Sends a request and expects a status; the answer (NULL: none, or no JSON) is the caller's.  method is one of HTTP, or MERGE, JSONPATCH,
 * STRATEGIC, APPLY for a PATCH of that type.  body is YAML, or NULL. */
json_t *api_ask(long status, const char *method, const char *target, const char *body, ...) OPSDK_PRINTF(4, 5);
/* The same where the answer does not matter. */
void api_do(long status, const char *method, const char *target, const char *body, ...) OPSDK_PRINTF(4, 5);
/* All Warning headers of the last answer, a line each; "" when there are none. */
const char *api_warnings(void);

/* The string at a pointer of an answer, "" when there is none; lives as long as the answer. */
const char *api_text(const json_t *answer, const char *pointer);
/* What a GET of target has at a pointer; in a buffer of this thread. */
const char *api_get(const char *target, const char *pointer);
long api_status(const char *target); /* of a GET */

/* These give up after a minute. */
void api_wait_gone(const char *target);
void api_wait(const char *target, const char *pointer, const char *text);
/* How many requests of the log fit; NULL fits all. */
size_t api_count(const char *verb, const char *resource, const char *user);

#endif
