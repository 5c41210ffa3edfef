#include "apiserver/schema/findings.h"

#include "apiserver/go_print.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void findings_room_clear(findings_room *room)
{
    arena_clear(&room->mem);
    buf_clear(&room->path);
}

size_t path_member(findings_room *room, const char *name, bool always_dot)
{
    size_t len = room->path.len;

    if (len > 0 || always_dot)
        buf_addc(&room->path, '.');
    buf_puts(&room->path, name);
    return len;
}

size_t path_item(findings_room *room, size_t i)
{
    size_t len = room->path.len;

    buf_printf(&room->path, "[%zu]", i);
    return len;
}

void path_back(findings_room *room, size_t len)
{
    room->failed |= room->path.failed;
    if (room->path.failed)
        return;
    room->path.len = len;
    if (room->path.data)
        room->path.data[len] = '\0';
}

const char *path_now(const findings_room *room)
{
    return room->path.data ? room->path.data : "";
}

static bool grow(findings_room *room, findings *f, size_t more)
{
    size_t cap = f->cap ? 2 * f->cap : 4;
    finding *list;

    if (f->n + more <= f->cap)
        return true;
    cap = cap < f->n + more ? f->n + more : cap;
    list = reallocarray(f->list, cap, sizeof(*list));
    room->failed |= !list;
    if (!list)
        return false;
    f->list = list;
    f->cap = cap;
    return true;
}

static const char *keep(findings_room *room, const char *text)
{
    const char *copy = arena_strndup(&room->mem, text, strlen(text));

    room->failed |= !copy;
    return copy ? copy : "";
}

void findings_add(findings_room *room, findings *f, enum finding_kind kind, json_t *value, const char *fmt, ...)
{
    char *message = NULL;
    va_list args;

    va_start(args, fmt);
    if (vasprintf(&message, fmt, args) < 0)
        message = NULL;
    va_end(args);
    if (message && grow(room, f, 1)) {
        f->list[f->n++] =
            (finding){.kind = kind, .path = keep(room, path_now(room)), .message = keep(room, message), .value = value};
    } else {
        room->failed = true;
        json_decref(value);
    }
    free(message);
}

finding *findings_last(findings *f)
{
    return f->n ? &f->list[f->n - 1] : NULL;
}

void findings_cut(findings *f, size_t n)
{
    while (f->n > n)
        json_decref(f->list[--f->n].value);
}

void findings_clear(findings *f)
{
    findings_cut(f, 0);
    free(f->list);
    *f = (findings){0};
}

void findings_merge(findings_room *room, findings *into, findings *from)
{
    into->matches += from->matches;
    if (from->n && grow(room, into, from->n)) {
        memcpy(into->list + into->n, from->list, from->n * sizeof(*from->list));
        into->n += from->n;
        from->n = 0;
    }
    findings_clear(from);
}

/* ---- as field errors ---- */

static void report_choice(const finding *one, const char *path, field_errors *errors)
{
    json_auto_t *shown = json_array();
    size_t i;
    json_t *choice;

    json_array_foreach((json_t *)one->choices, i, choice)
    {
        auto_buf text = BUF_INIT(LIMIT_OBJECT);
        if (json_is_string(choice)) {
            json_array_append(shown, choice);
            continue;
        }
        go_json(&text, choice);
        json_array_append_new(shown, json_string(text.data ? text.data : ""));
    }
    field_unsupported(errors, path, one->value, shown);
}

static void report(const finding *one, const char *path, field_errors *errors)
{
    json_auto_t *empty = json_string("");

    switch (one->kind) {
    case FINDING_REQUIRED:
        field_required(errors, path, "");
        return;
    case FINDING_CHOICE:
        report_choice(one, path, errors);
        return;
    case FINDING_TOO_LONG:
        field_too_long(errors, path, (int)one->max);
        return;
    case FINDING_TOO_MANY:
        field_too_many(errors, path, (int)one->actual, (int)one->max);
        return;
    case FINDING_TYPE:
        field_type(errors, path, one->value ? one->value : empty, "%s", one->message);
        return;
    default:
        field_invalid(errors, path, one->value ? one->value : empty, "%s", one->message);
    }
}

void findings_report(const findings *f, const char *prefix, field_errors *errors)
{
    json_auto_t *seen = json_object();

    for (size_t i = 0; i < f->n; i++) {
        const finding *one = &f->list[i];
        const char *below = one->kind == FINDING_COMBINED ? "" : one->path + (*one->path == '.');
        auto_buf path = BUF_INIT(LIMIT_OBJECT), key = BUF_INIT(LIMIT_OBJECT);

        buf_printf(&key, "%d %s %s", one->kind, *one->message ? "" : one->path, one->message);
        if (key.failed || json_object_get(seen, key.data))
            continue;
        json_object_set_new(seen, key.data, json_true());
        buf_printf(&path, "%s%s%s", prefix, *prefix && *below ? "." : "", below);
        report(one, path.failed ? "" : path.data, errors);
    }
}
