#include "apiserver/debug.h"
#include "apiserver/fault.h"
#include "apiserver/json_put.h"
#include "apiserver/limits.h"
#include "apiserver/recorder.h"

#include <stdlib.h>
#include <string.h>

static json_t *describe(const opsdk_apiserver_request *e)
{
    return json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I}", "timeMicros",
                     (json_int_t)e->time_us, "latencyMicros", (json_int_t)e->latency_us, "user", e->user, "userAgent",
                     e->user_agent, "method", e->method, "path", e->path, "verb", e->verb, "group", e->group,
                     "resource", e->resource, "subresource", e->subresource, "namespace", e->ns, "name", e->name,
                     "status", e->status, "bytes", (json_int_t)e->bytes);
}

/* One line of JSON for each request. */
static void put_request(const opsdk_apiserver_request *e, void *user)
{
    buf *out = user;
    json_t *doc = describe(e);

    if (json_put(doc, out) == 0)
        buf_addc(out, '\n');
    json_decref(doc);
}

static void show_requests(call *c)
{
    const request *rq = &c->rq;
    opsdk_apiserver_filter f = {.verb = request_param(rq, "verb"),
                                .resource = request_param(rq, "resource"),
                                .ns = request_param(rq, "namespace"),
                                .name = request_param(rq, "name"),
                                .user_agent = request_param(rq, "agent")};

    recorder_each(c->server->recorder, &f, put_request, &c->body);
    c->type = "application/x-ndjson";
}

static void inject(call *c)
{
    auto_failure why = {0};
    char *spec = strndup(c->rq.body, c->rq.body_len);

    if (!spec || fault_inject(c->server, spec, &why) < 0) {
        c->status = 400;
        buf_printf(&c->body, "%s\n", why.message ? why.message : "out of memory");
    }
    c->type = "text/plain; charset=utf-8";
    free(spec);
}

bool debug_handle(call *c)
{
    const char *path = c->rq.path;

    if (strncmp(path, "/debug/opsdk/", 13) != 0)
        return false;
    if (strcmp(path, "/debug/opsdk/requests") == 0)
        show_requests(c);
    else if (strcmp(path, "/debug/opsdk/faults") == 0 && strcmp(c->rq.method, "POST") == 0)
        inject(c);
    else if (strcmp(path, "/debug/opsdk/faults") == 0 && strcmp(c->rq.method, "DELETE") == 0)
        faults_clear(c->server);
    else
        return false;
    return true;
}
