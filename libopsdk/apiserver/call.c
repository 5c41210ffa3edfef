#include "apiserver/call.h"
#include "apiserver/json_put.h"
#include "apiserver/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void call_clear(call *c)
{
    buf_clear(&c->body);
    json_decref(c->warnings);
    json_decref(c->doubles);
    free(c->manager);
    free(c->etag);
    free(c->name_asked);
    user_info_clear(&c->user);
    *c = (call){.body = BUF_INIT(LIMIT_REPLY)};
}

/* As in a quoted string of RFC 9110. */
static void quote(buf *out, const char *text)
{
    buf_puts(out, "299 - \"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_addc(out, '\\');
        buf_addc(out, (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
    }
    buf_addc(out, '"');
}

void call_warn(call *c, const char *fmt, ...)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    char *text = NULL;
    va_list args;
    size_t i;
    json_t *before;

    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) >= 0)
        quote(&out, text);
    va_end(args);
    free(text);
    if (out.failed || !out.data)
        return;
    if (!c->warnings)
        c->warnings = json_array();
    json_array_foreach(c->warnings, i, before) if (strcmp(json_string_value(before), out.data) == 0) return;
    json_array_append_new(c->warnings, json_string(out.data));
}

int call_answer(call *c, int status, json_t *doc, failure *why)
{
    int r;

    c->status = status;
    c->type = "application/json";
    buf_reset(&c->body);
    r = json_put(doc, &c->body);
    buf_addc(&c->body, '\n');
    json_decref(doc);
    return r < 0 || c->body.failed ? failure_memory(why) : 0;
}

int call_answer_text(call *c, int status, const char *type, const char *text, size_t len)
{
    c->status = status;
    c->type = type;
    buf_reset(&c->body);
    buf_add(&c->body, text, len);
    return c->body.failed ? -1 : 0;
}

bool call_is_type(const call *c, const char *type)
{
    size_t len = strlen(type);

    return strncmp(c->rq.content_type, type, len) == 0 &&
           (c->rq.content_type[len] == '\0' || c->rq.content_type[len] == ';' || c->rq.content_type[len] == ' ');
}
