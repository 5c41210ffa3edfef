#include "client/status.h"
#include "core/limits.h"
#include "core/status_code.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *map, const char *name)
{
    const char *text = json_string_value(json_object_get(map, name));

    return text ? text : "";
}

static int clamp_ms(int64_t ms)
{
    return ms <= 0 ? 0 : ms > LIMIT_RETRY_AFTER_MS ? LIMIT_RETRY_AFTER_MS : (int)ms;
}

/* A plain page: its first words, so that a proxy in between gives itself away. */
static void describe(int http_status, const char *what, const char *body, size_t len, opsdk_error *err)
{
    int code = status_code(http_status, "");

    if (len > 100)
        len = 100;
    if (http_status >= 300 && http_status < 400)
        opsdk_error_set(err, OPSDK_EPROTO, "%.120s: the server answers %d, a redirect, which is not followed", what,
                        http_status);
    else
        opsdk_error_set(err, code, "%.120s: the server answers %d%s%.*s", what, http_status, len ? ": " : "", (int)len,
                        len ? body : "");
}

int status_error(int http_status, const char *what, const char *body, size_t len, int64_t retry_after_ms,
                 opsdk_error *err)
{
    opsdk_error unwanted = {0};
    json_t *root = len > 0 ? json_loadb(body, len, 0, NULL) : NULL;
    const char *reason = text_of(root, "reason"), *message = text_of(root, "message");
    json_int_t seconds = json_integer_value(json_object_get(json_object_get(root, "details"), "retryAfterSeconds"));

    err = err ? err : &unwanted;
    if (strcmp(text_of(root, "kind"), "Status") == 0 && *message)
        opsdk_error_set(err, status_code(http_status, reason), "%s", message);
    else
        describe(http_status, what, body, len, err);
    err->http_status = http_status;
    snprintf(err->reason, sizeof(err->reason), "%.31s", reason);
    if (retry_after_ms <= 0 && seconds > 0 && seconds < LIMIT_RETRY_AFTER_MS)
        retry_after_ms = (int64_t)seconds * 1000;
    err->retry_after_ms = clamp_ms(retry_after_ms);
    json_decref(root);
    return err->code;
}
