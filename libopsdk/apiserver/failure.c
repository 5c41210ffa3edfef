#include "apiserver/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void failure_clear(failure *why)
{
    free(why->message);
    free(why->reason_text);
    json_decref(why->details);
    json_decref(why->metadata);
    *why = (failure){0};
}

OPSDK_PRINTF(5, 0)
static int set(failure *why, int code, const char *reason, const char *before, const char *fmt, va_list args)
{
    char *text = NULL, *whole = NULL;

    if (why->code)
        return -1;
    why->code = code;
    why->reason = reason;
    if (vasprintf(&text, fmt, args) < 0)
        return -1;
    if (!*before || asprintf(&whole, "%s%s", before, text) < 0) {
        why->message = text;
        return -1;
    }
    free(text);
    why->message = whole;
    return -1;
}

int failure_set(failure *why, int code, const char *reason, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    set(why, code, reason, "", fmt, args);
    va_end(args);
    return -1;
}

int failure_bad_request(failure *why, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    set(why, 400, "BadRequest", "", fmt, args);
    va_end(args);
    return -1;
}

int failure_internal(failure *why, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    set(why, 500, "InternalError", "Internal error occurred: ", fmt, args);
    va_end(args);
    if (why->message && !why->details)
        failure_cause(why, NULL, why->message + strlen("Internal error occurred: "), NULL);
    return -1;
}

int failure_memory(failure *why)
{
    return failure_set(why, 500, "InternalError", "the embedded API server is out of memory");
}

static json_t *details(failure *why)
{
    if (!why->details)
        why->details = json_object();
    return why->details;
}

static void put(json_t *map, const char *name, const char *value)
{
    if (value && *value)
        json_object_set_new_nocheck(map, name, json_string_nocheck(value));
}

void failure_about(failure *why, const char *name, const char *group, const char *kind)
{
    put(details(why), "name", name);
    put(details(why), "group", group);
    put(details(why), "kind", kind);
}

void failure_cause(failure *why, const char *reason, const char *message, const char *field)
{
    json_t *causes = json_object_get(details(why), "causes"), *cause = json_object();

    if (!causes) {
        causes = json_array();
        json_object_set_new_nocheck(details(why), "causes", causes);
    }
    put(cause, "reason", reason);
    put(cause, "message", message);
    put(cause, "field", field);
    json_array_append_new(causes, cause);
}

void failure_reason(failure *why, const char *reason)
{
    char *text = strdup(reason);

    if (!text)
        return;
    free(why->reason_text);
    why->reason = why->reason_text = text;
}

void failure_retry_after(failure *why, int seconds)
{
    json_object_set_new_nocheck(details(why), "retryAfterSeconds", json_integer(seconds));
}

json_t *failure_status(const failure *why)
{
    json_t *status =
        json_pack("{s:s, s:s, s:{}, s:s}", "kind", "Status", "apiVersion", "v1", "metadata", "status", "Failure");

    if (why->metadata)
        json_object_set_nocheck(status, "metadata", why->metadata);
    put(status, "message", why->message);
    put(status, "reason", why->reason);
    if (why->details)
        json_object_set_nocheck(status, "details", why->details);
    json_object_set_new_nocheck(status, "code", json_integer(why->code));
    return status;
}
