#include "tests/conformance/causes.h"

#include "tests/conformance/tool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *obj, const char *name)
{
    const char *text = json_string_value(json_object_get(obj, name));

    return text ? text : "";
}

static int by_message(const void *a, const void *b)
{
    return strcmp(text_of(*(json_t *const *)a, "message"), text_of(*(json_t *const *)b, "message"));
}

static int by_field(const void *a, const void *b)
{
    int r = strcmp(text_of(*(json_t *const *)a, "field"), text_of(*(json_t *const *)b, "field"));

    return r ? r : by_message(a, b);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* glibc's qsort is stable. */
static void sort(json_t *causes, int (*by)(const void *, const void *))
{
    size_t n = json_array_size(causes);
    json_t **all = keep(calloc(n, sizeof(*all)));

    for (size_t i = 0; i < n; i++)
        all[i] = json_incref(json_array_get(causes, i));
    qsort(all, n, sizeof(*all), by);
    for (size_t i = 0; i < n; i++)
        json_array_set_new(causes, i, all[i]);
    free(all);
}

/* Bytes of the cause with which the text begins, 0: none. */
static size_t cause_len(const json_t *causes, const char *text)
{
    size_t i, best = 0;
    const json_t *cause;

    json_array_foreach((json_t *)causes, i, cause)
    {
        const char *field = text_of(cause, "field"), *message = text_of(cause, "message");
        size_t n = strlen(field), len = n + 2 + strlen(message);

        if (len > best && strncmp(text, field, n) == 0 && strncmp(text + n, ": ", 2) == 0 &&
            strncmp(text + n + 2, message, len - n - 2) == 0)
            best = len;
    }
    return best;
}

/* The causes that stand in text, up to its "]"; false: something else stands there. */
static bool take_apart(const json_t *causes, const char *text, char **parts, size_t *ret_n)
{
    size_t len;

    while (*ret_n < json_array_size(causes)) {
        len = cause_len(causes, text);
        if (len == 0)
            return false;
        parts[(*ret_n)++] = keep(strndup(text, len));
        text += len;
        if (strcmp(text, "]") == 0)
            return true;
        if (strncmp(text, ", ", 2) != 0)
            return false;
        text += 2;
    }
    return false;
}

static json_t *put_together(const char *message, size_t begin, char **parts, size_t n)
{
    auto_buf out = BUF_INIT(TOOL_TEXT_MAX);

    qsort(parts, n, sizeof(*parts), by_text);
    buf_add(&out, message, begin);
    for (size_t i = 0; i < n; i++) {
        buf_puts(&out, i ? ", " : "");
        buf_puts(&out, parts[i]);
    }
    buf_puts(&out, "]");
    return keep(json_stringn(out.data, out.len));
}

/* "Thing.example.com "a" is invalid: [spec.a: ..., spec.b: ...]" */
static void sort_message(json_t *status, const json_t *causes)
{
    static const char word[] = " is invalid: [";
    const char *message = text_of(status, "message"), *at = strstr(message, word);
    char **parts = keep(calloc(json_array_size(causes), sizeof(*parts)));
    size_t n = 0;

    if (at && take_apart(causes, at + strlen(word), parts, &n))
        json_object_set_new(status, "message", put_together(message, (size_t)(at - message) + strlen(word), parts, n));
    for (size_t i = 0; i < n; i++)
        free(parts[i]);
    free(parts);
}

static bool is_custom(const char *group)
{
    static const char end[] = ".example.com";
    size_t len = strlen(group);

    return len > strlen(end) && strcmp(group + len - strlen(end), end) == 0;
}

void causes_sort(json_t *status)
{
    json_t *details = json_object_get(status, "details"), *causes = json_object_get(details, "causes");

    if (json_array_size(causes) < 2)
        return;
    if (strcmp(text_of(json_array_get(causes, 0), "reason"), "FieldManagerConflict") == 0) {
        sort(causes, by_message); /* the fields of each manager come in their order */
    } else if (is_custom(text_of(details, "group"))) {
        sort(causes, by_field);
        sort_message(status, causes);
    }
}
