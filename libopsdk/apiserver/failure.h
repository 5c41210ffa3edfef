/* Why a request fails: what becomes the Status of the reply (meta/v1 Status).
 *
 * Functions below the handlers return 0, or -1 with *why filled.  The first failure stands.  Filled by failure_set and what stands
 * below it; the caller clears it. */
#ifndef APISERVER_FAILURE_H
#define APISERVER_FAILURE_H

#include <jansson.h>
#include <opsdk/common.h>

typedef struct failure {
    int code;           /* HTTP status; 0: none */
    const char *reason; /* "NotFound", "Invalid", a literal; "" leaves it out */
    char *reason_text;  /* what it points at, when it is none; owned */
    char *message;      /* owned */
    json_t *details;    /* owned; NULL: none */
    json_t *metadata;   /* likewise; NULL: empty */
} failure;

void failure_clear(failure *why);
#define auto_failure __attribute__((cleanup(failure_clear))) failure

/* All return -1. */
int failure_set(failure *why, int code, const char *reason, const char *fmt, ...) OPSDK_PRINTF(4, 5);
int failure_bad_request(failure *why, const char *fmt, ...) OPSDK_PRINTF(2, 3);
int failure_internal(failure *why, const char *fmt, ...)
    OPSDK_PRINTF(2, 3); /* 500, "Internal error occurred: " before it */
int failure_memory(failure *why);

/* Sets details.name, .group, .kind (the resource's or the object's, as the server does for that reason) where they are not empty. */
void failure_about(failure *why, const char *name, const char *group, const char *kind);
/* Adds to details.causes; field may be NULL. */
void failure_cause(failure *why, const char *reason, const char *message, const char *field);
void failure_reason(failure *why, const char *reason); /* in place of its reason; copied */
void failure_retry_after(failure *why, int seconds);   /* details.retryAfterSeconds, and the header with it */

/* The whole Status document; the caller's. */
json_t *failure_status(const failure *why);

/* ---- 422: field errors, collected ----
 *
 * Messages as k8s.io/apimachinery/pkg/util/validation/field prints them, such as
 *     spec.replicas: Invalid value: -1: must be greater than or equal to 0 */
typedef struct field_errors {
    json_t *list;        /* array of {"reason","message","field"}; owned; NULL: none */
    const json_t *sound; /* an object in whose metadata nothing was found; only compared; NULL: none */
} field_errors;

void field_errors_clear(field_errors *e);
#define auto_field_errors __attribute__((cleanup(field_errors_clear))) field_errors

/* path is "spec.containers[0].name".  value is borrowed and printed as the server does. */
void field_required(field_errors *e, const char *path, const char *detail); /* FieldValueRequired */
void field_invalid(field_errors *e, const char *path, const json_t *value, const char *fmt, ...) /* FieldValueInvalid */
    OPSDK_PRINTF(4, 5);
void field_invalid_text(field_errors *e, const char *path, const char *shown,
                        const char *detail); /* with the value as shown */
void field_forbidden(field_errors *e, const char *path, const char *fmt, ...)
    OPSDK_PRINTF(3, 4);                                                       /* FieldValueForbidden */
void field_duplicate(field_errors *e, const char *path, const json_t *value); /* FieldValueDuplicate */
void field_not_found(field_errors *e, const char *path, const json_t *value); /* FieldValueNotFound */
void field_unsupported(field_errors *e, const char *path, const json_t *value,
                       const json_t *valid); /* FieldValueNotSupported */
void field_type(field_errors *e, const char *path, const json_t *value, const char *fmt,
                ...) /* FieldValueTypeInvalid */
    OPSDK_PRINTF(4, 5);
/* As the three of these names, of a value that is printed already: a struct of Go, whose fields have an order. */
void field_invalid_shown(field_errors *e, const char *path, const char *shown, const char *detail);
void field_duplicate_shown(field_errors *e, const char *path, const char *shown);
void field_unsupported_shown(field_errors *e, const char *path, const char *shown, const json_t *valid);
void field_too_long(field_errors *e, const char *path, int max);             /* FieldValueTooLong */
void field_too_many(field_errors *e, const char *path, int actual, int max); /* FieldValueTooMany */

/* 0 when there are none, else -1 with an Invalid for the object: KIND.GROUP "NAME" is invalid: ... */
int field_errors_result(const field_errors *e, const char *group, const char *kind, const char *name, failure *why);

#endif
