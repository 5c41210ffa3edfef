#include "apiserver/debug.h"
#include "apiserver/auth/user.h"
#include "apiserver/fault.h"
#include "apiserver/json_put.h"
#include "apiserver/limits.h"
#include "apiserver/paths.h"
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
                                .user = request_param(rq, "user"),
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

/* The body names the user in its first line, his groups in those that follow. */
static void show_kubeconfig(call *c)
{
    user_info user = {0};
    const char *at = c->rq.body, *end = at + strnlen(at, c->rq.body_len);
    int r = 0;

    for (bool first = true; r == 0 && at < end; first = false) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        char *line = strndup(at, (size_t)((line_end ? line_end : end) - at));
        r = !line ? -1 : first ? user_of(&user, line, NULL) : user_join(&user, line);
        at = line_end ? line_end + 1 : end;
        free(line);
    }
    if (r < 0 || !user.name || kubeconfig_text(c->server, &user, &c->body) < 0)
        c->status = 400;
    c->type = "application/yaml";
    user_info_clear(&user);
}

static void heal(call *c)
{
    faults_clear(c->server);
}

static const struct {
    const char *path, *method;
    void (*run)(call *c);
} ways[] = {
    {"kubeconfig", "POST", show_kubeconfig},
    {"requests", "GET", show_requests},
    {"faults", "POST", inject},
    {"faults", "DELETE", heal},
};

#define BEFORE "/debug/opsdk/"

bool debug_is(const call *c)
{
    return strncmp(c->rq.path, BEFORE, sizeof(BEFORE) - 1) == 0;
}

int debug_handle(call *c, failure *why)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (strcmp(c->rq.path + sizeof(BEFORE) - 1, ways[i].path) != 0 || strcmp(c->rq.method, ways[i].method) != 0)
            continue;
        ways[i].run(c);
        return 0;
    }
    return path_unknown(c) < 0 ? failure_memory(why) : 0;
}
