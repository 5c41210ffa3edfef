#include "apiserver/failure.h"
#include "apiserver/go_print.h"
#include "core/buf.h"
#include "core/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void field_errors_clear(field_errors *e)
{
    json_decref(e->list);
    e->list = NULL;
}

/* message without the path, which the cause has apart. */
static void add(field_errors *e, const char *reason, const char *path, const char *message)
{
    if (!e->list)
        e->list = json_array();
    json_array_append_new(e->list, json_pack("{s:s, s:s, s:s}", "reason", reason, "message", message, "field",
                                             path && *path ? path : "<nil>"));
}

static void add_shown(field_errors *e, const char *reason, const char *path, const char *what, const char *shown,
                      const char *detail)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);

    buf_printf(&text, "%s: %s", what, shown);
    if (detail && *detail)
        buf_printf(&text, ": %s", detail);
    if (!text.failed)
        add(e, reason, path, text.data);
}

static void add_value(field_errors *e, const char *reason, const char *path, const char *what, const json_t *value,
                      const char *detail)
{
    auto_buf shown = BUF_INIT(LIMIT_OBJECT);

    go_bad_value(&shown, value);
    if (!shown.failed)
        add_shown(e, reason, path, what, shown.data, detail);
}

void field_invalid_shown(field_errors *e, const char *path, const char *shown, const char *detail)
{
    add_shown(e, "FieldValueInvalid", path, "Invalid value", shown, detail);
}

void field_required(field_errors *e, const char *path, const char *detail)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);

    buf_puts(&text, "Required value");
    if (*detail)
        buf_printf(&text, ": %s", detail);
    if (!text.failed)
        add(e, "FieldValueRequired", path, text.data);
}

OPSDK_PRINTF(5, 0)
static void add_invalid(field_errors *e, const char *reason, const char *path, const json_t *value, const char *fmt,
                        va_list args)
{
    char *detail = NULL;

    if (vasprintf(&detail, fmt, args) >= 0)
        add_value(e, reason, path, "Invalid value", value, detail);
    free(detail);
}

void field_invalid(field_errors *e, const char *path, const json_t *value, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add_invalid(e, "FieldValueInvalid", path, value, fmt, args);
    va_end(args);
}

void field_invalid_text(field_errors *e, const char *path, const char *shown, const char *detail)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);

    buf_printf(&text, "Invalid value: %s: %s", shown, detail);
    if (!text.failed)
        add(e, "FieldValueInvalid", path, text.data);
}

void field_type(field_errors *e, const char *path, const json_t *value, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add_invalid(e, "FieldValueTypeInvalid", path, value, fmt, args);
    va_end(args);
}

void field_forbidden(field_errors *e, const char *path, const char *fmt, ...)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);
    char *detail = NULL;
    va_list args;

    va_start(args, fmt);
    if (vasprintf(&detail, fmt, args) >= 0)
        buf_printf(&text, "Forbidden: %s", detail);
    va_end(args);
    free(detail);
    if (!text.failed && text.data)
        add(e, "FieldValueForbidden", path, text.data);
}

void field_duplicate(field_errors *e, const char *path, const json_t *value)
{
    add_value(e, "FieldValueDuplicate", path, "Duplicate value", value, NULL);
}

void field_duplicate_shown(field_errors *e, const char *path, const char *shown)
{
    add_shown(e, "FieldValueDuplicate", path, "Duplicate value", shown, NULL);
}

void field_not_found(field_errors *e, const char *path, const json_t *value)
{
    add_value(e, "FieldValueNotFound", path, "Not found", value, NULL);
}

void field_unsupported_shown(field_errors *e, const char *path, const char *shown, const json_t *valid)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)valid, i, one)
    {
        buf_puts(&text, i ? ", " : "supported values: ");
        go_bad_value(&text, one);
    }
    if (!text.failed)
        add_shown(e, "FieldValueNotSupported", path, "Unsupported value", shown, text.data);
}

void field_unsupported(field_errors *e, const char *path, const json_t *value, const json_t *valid)
{
    auto_buf shown = BUF_INIT(LIMIT_OBJECT);

    go_bad_value(&shown, value);
    if (!shown.failed)
        field_unsupported_shown(e, path, shown.data, valid);
}

void field_too_long(field_errors *e, const char *path, int max)
{
    char text[80];

    snprintf(text, sizeof(text), "Too long: may not be more than %d byte%s", max, max == 1 ? "" : "s");
    add(e, "FieldValueTooLong", path, text);
}

void field_too_many(field_errors *e, const char *path, int actual, int max)
{
    char text[80];

    snprintf(text, sizeof(text), "Too many: %d: must have at most %d item%s", actual, max, max == 1 ? "" : "s");
    add(e, "FieldValueTooMany", path, text);
}

static void put_one(buf *out, const json_t *error)
{
    buf_printf(out, "%s: %s", json_string_value(json_object_get(error, "field")),
               json_string_value(json_object_get(error, "message")));
}

#define LOOK_BACK 256

/* Causes are told as often as they were found, the message says each once. */
static bool is_repeated(const json_t *list, size_t i)
{
    for (size_t k = i > LOOK_BACK ? i - LOOK_BACK : 0; k < i; k++)
        if (json_equal(json_array_get(list, k), json_array_get(list, i)))
            return true;
    return false;
}

int field_errors_result(const field_errors *e, const char *group, const char *kind, const char *name, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);
    size_t told = 0, i;
    const char *message;
    json_t *one;

    if (json_array_size(e->list) == 0)
        return 0;
    buf_puts(&text, "[");
    json_array_foreach(e->list, i, one)
    {
        if (is_repeated(e->list, i))
            continue;
        buf_puts(&text, told++ ? ", " : "");
        put_one(&text, one);
    }
    buf_puts(&text, "]");
    message = text.failed ? "" : text.data;
    if (told == 1 && *message) {
        text.data[text.len - 1] = '\0';
        message++;
    }
    failure_set(why, 422, "Invalid", "%s%s%s \"%s\" is invalid: %s", kind, *group ? "." : "", group, name, message);
    failure_about(why, name, group, kind);
    json_object_set_nocheck(why->details, "causes", e->list);
    return -1;
}
