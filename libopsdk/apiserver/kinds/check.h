/* Checks that several kinds share.  What is wrong is added to errors, at path. */
#ifndef APISERVER_CHECK_H
#define APISERVER_CHECK_H

#include "apiserver/call.h"
#include "apiserver/kinds/doc.h"

void wrong_text(field_errors *errors, const char *path, const char *value, const char *fmt, ...) OPSDK_PRINTF(4, 5);
void wrong_int(field_errors *errors, const char *path, json_int_t value, const char *fmt, ...) OPSDK_PRINTF(4, 5);
void duplicate_text(field_errors *errors, const char *path, const char *value);

/* valid is NULL-terminated, in the order in which it is told. */
void wrong_choice(field_errors *errors, const char *path, const char *value, const char *const *valid);
bool check_one_of(field_errors *errors, const char *path, const char *value, const char *const *valid);
#define CHOICE(...) ((const char *const[]){__VA_ARGS__, NULL})

/* now and before may be NULL. */
bool check_immutable(field_errors *errors, const char *path, const json_t *now, const json_t *before);
bool check_non_negative(field_errors *errors, const char *path, const json_t *holder, const char *name);
bool check_positive(field_errors *errors, const char *path, const json_t *holder, const char *name);
bool check_between(field_errors *errors, const char *path, json_int_t value, json_int_t low, json_int_t high);
bool check_port(field_errors *errors, const char *path, json_int_t port);
void check_selector(field_errors *errors, const char *path, const json_t *selector); /* LabelSelector */
bool selector_matches(const json_t *selector, const json_t *labels);
void selector_text(const json_t *selector, buf *out); /* "a=b,c in (d,e),!f" */

/* An address as the server still takes it: IPv4 may have leading zeros. */
bool check_ip(field_errors *errors, const char *path, const char *text);
void check_endpoint_ip(field_errors *errors, const char *path, const char *text);
bool ip_is_v4(const char *text);
bool ip_is_v6(const char *text);
void warn_of_ip(call *c, const char *path, const char *text);

#endif
