#include "tests/conformance/compare.h"

#include "tests/conformance/pointer.h"
#include "tests/conformance/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 40   /* differences of one request */
#define VALUE_MAX 1000 /* bytes of a value that is shown */

typedef struct comparison {
    const char *script, *title, *request;
    meant *meant;
    size_t differences, as_meant;
} comparison;

static const char *text_or(const json_t *rec, const char *name)
{
    const char *text = json_string_value(json_object_get(rec, name));

    return text ? text : "";
}

static char *show(const json_t *value)
{
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT) : strdup("(none)");

    keep(text);
    if (strlen(text) > VALUE_MAX)
        memcpy(text + VALUE_MAX - 3, "...", 4);
    return text;
}

static void differ(comparison *c, const char *path, const json_t *left, const json_t *right)
{
    char *l, *r;

    if (meant_match(c->meant, c->script, c->title, path)) {
        c->as_meant++;
        return;
    }
    c->differences++;
    if (c->differences == 1)
        printf("%s: %s: %s\n", c->script, c->title, c->request);
    if (c->differences > SHOWN_MAX)
        return;
    l = show(left);
    r = show(right);
    printf("    %s\n        - %s\n        + %s\n", path, l, r);
    free(l);
    free(r);
}

static void walk(comparison *c, const char *path, const json_t *left, const json_t *right);

static void step_down(comparison *c, const char *path, const char *member, const json_t *left, const json_t *right)
{
    auto_buf deeper = BUF_INIT(TOOL_TEXT_MAX);

    buf_puts(&deeper, path);
    pointer_add(&deeper, member);
    walk(c, deeper.data, left, right);
}

static void walk_object(comparison *c, const char *path, const json_t *left, const json_t *right)
{
    const char *name;
    const json_t *value;

    json_object_foreach((json_t *)left, name, value) step_down(c, path, name, value, json_object_get(right, name));
    json_object_foreach((json_t *)right, name, value)
    {
        if (!json_object_get(left, name))
            step_down(c, path, name, NULL, value);
    }
}

static void walk_array(comparison *c, const char *path, const json_t *left, const json_t *right)
{
    size_t n = json_array_size(left), m = json_array_size(right);
    char number[32];

    for (size_t i = 0; i < n || i < m; i++) {
        snprintf(number, sizeof(number), "%zu", i);
        step_down(c, path, number, json_array_get(left, i), json_array_get(right, i));
    }
}

static void walk(comparison *c, const char *path, const json_t *left, const json_t *right)
{
    if (left && right && json_equal(left, right))
        return;
    if (json_is_object(left) && json_is_object(right))
        walk_object(c, path, left, right);
    else if (json_is_array(left) && json_is_array(right))
        walk_array(c, path, left, right);
    else
        differ(c, path, left, right);
}

/* What matters of an answer: the message, else the body. */
static const json_t *said(const json_t *rec)
{
    const json_t *body = json_object_get(rec, "body"), *message = json_object_get(body, "message");

    return message ? message : body ? body : json_object_get(rec, "text");
}

static bool same_request(const json_t *left, const json_t *right)
{
    return strcmp(text_or(left, "case"), text_or(right, "case")) == 0 &&
           strcmp(text_or(left, "request"), text_or(right, "request")) == 0;
}

/* Another status is another answer altogether: the rest would only bury it. */
static void compare_record(comparison *c, const json_t *left, const json_t *right)
{
    const json_t *l = json_object_get(left, "status"), *r = json_object_get(right, "status");

    if (!l || !r || json_equal(l, r) || meant_match(c->meant, c->script, c->title, "/status")) {
        walk(c, "", left, right);
        return;
    }
    differ(c, "/status", l, r);
    differ(c, "/body", said(left), said(right));
}

void compare(const char *script, const json_t *left, const json_t *right, meant *m, tally *t)
{
    size_t n = json_array_size(left), k = json_array_size(right);

    for (size_t i = 0; i < n || i < k; i++) {
        const json_t *l = json_array_get(left, i), *r = json_array_get(right, i);
        comparison c = {.script = script, .title = text_or(l ? l : r, "case"), .meant = m};

        c.request = text_or(l ? l : r, "request");
        t->total++;
        if (!l || !r || !same_request(l, r)) {
            printf("%s: %s: %s: not the same request on both sides; was the script played afresh?\n", script, c.title,
                   c.request);
            t->total += (n > k ? n : k) - i - 1;
            return;
        }
        compare_record(&c, l, r);
        if (c.differences == 0 && c.as_meant == 0)
            t->equal++;
        else if (c.differences == 0)
            t->as_meant++;
    }
}
