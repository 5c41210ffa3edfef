#include "core/text.h"

#include <opsdk/error.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Formats into message; a longer text ends in "...". */
OPSDK_PRINTF(2, 0) static void format_message(opsdk_error *err, const char *fmt, va_list ap)
{
    int n = vsnprintf(err->message, sizeof(err->message), fmt, ap);

    if (n < 0)
        err->message[0] = '\0';
    if (n >= (int)sizeof(err->message))
        memcpy(err->message + sizeof(err->message) - 4, "...", 4);
    text_neutralise(err->message, strlen(err->message));
}

int opsdk_error_set(opsdk_error *err, int code, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return code;
    *err = (opsdk_error){.code = code};
    va_start(ap, fmt);
    format_message(err, fmt, ap);
    va_end(ap);
    return code;
}

int opsdk_error_wrap(opsdk_error *err, int code, const char *fmt, ...)
{
    char old[sizeof(err->message)];
    size_t len;
    va_list ap;

    if (!err)
        return code;
    if (code)
        err->code = code;
    memcpy(old, err->message, sizeof(old));
    va_start(ap, fmt);
    format_message(err, fmt, ap);
    va_end(ap);
    len = strlen(err->message);
    if (snprintf(err->message + len, sizeof(err->message) - len, ": %s", old) >= (int)(sizeof(err->message) - len))
        memcpy(err->message + sizeof(err->message) - 4, "...", 4);
    text_neutralise(err->message, strlen(err->message)); /* the cut may have gone through a character */
    return err->code;
}

bool opsdk_error_is_transient(const opsdk_error *err)
{
    switch (err->code) {
    case OPSDK_EIO:
    case OPSDK_ETIMEOUT:
    case OPSDK_EBUSY:
    case OPSDK_EGONE:
    case OPSDK_ECONFLICT:
        return true;
    default:
        return err->http_status >= 500;
    }
}

const char *opsdk_strerror(int code)
{
    switch (code) {
    case OPSDK_OK:
        return "success";
#define X(name, value, text) \
    case OPSDK_##name:       \
        return text;
        OPSDK_CODES(X)
#undef X
    default:
        return "unknown error";
    }
}
