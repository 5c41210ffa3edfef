#include "apiserver/negotiate.h"
#include "apiserver/accept.h"
#include "apiserver/limits.h"
#include "apiserver/yaml_put.h"

#include <string.h>

#define REPRESENTATIONS "application/json, application/yaml, application/vnd.kubernetes.protobuf"
#define STREAMS ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"

/* As go-restful compares: without parameters, and with no wildcard but the one for everything. */
static bool fits(const accept_range *r)
{
    static const char *const made[] = {"*/*", "application/json", "application/yaml",
                                       "application/vnd.kubernetes.protobuf"};

    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        if (accept_is(r->type, made[i]))
            return true;
    return false;
}

static int check_accept(const call *c, const accept_range *ranges, size_t n, failure *why)
{
    bool lists = strcmp(c->rq.verb, "list") == 0 || strcmp(c->rq.verb, "watch") == 0;

    for (size_t i = 0; i < n; i++)
        if (fits(&ranges[i]))
            return 0;
    if (!*c->rq.accept)
        return 0;
    failure_set(why, 406, "NotAcceptable", "406: Not Acceptable\n\nAvailable representations: " REPRESENTATIONS "%s",
                lists ? STREAMS : "");
    why->details = json_object();
    return -1;
}

static int check_content(const call *c, failure *why)
{
    static const char *const patches[] = {"application/json-patch+json", "application/merge-patch+json",
                                          "application/strategic-merge-patch+json", "application/apply-patch+yaml"};

    if (strcmp(c->rq.verb, "patch") != 0)
        return 0;
    for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++)
        if (call_is_type(c, patches[i]))
            return 0;
    failure_set(why, 415, "UnsupportedMediaType", "415: Unsupported Media Type");
    why->details = json_object();
    return -1;
}

/* The first of the types that can be made is YAML?  Watches and what has another form come as JSON. */
static bool wants_yaml(const accept_range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (accept_allows(&ranges[i], "application/json"))
            return false;
        if (accept_is(ranges[i].type, "application/yaml"))
            return true;
    }
    return false;
}

int negotiate(call *c, failure *why)
{
    accept_range ranges[ACCEPT_RANGES];
    size_t n = accept_parse(c->rq.accept, ranges);

    if (!c->res->custom && (check_content(c, why) < 0 || check_accept(c, ranges, n, why) < 0))
        return -1;
    c->yaml = wants_yaml(ranges, n);
    return 0;
}

void negotiate_finish(call *c)
{
    auto_buf text = BUF_INIT(LIMIT_REPLY);
    json_t *doc;

    if (!c->yaml || c->stream || !c->type || strcmp(c->type, "application/json") != 0)
        return;
    doc = json_loadb(c->body.data ? c->body.data : "", c->body.len, JSON_ALLOW_NUL, NULL);
    if (doc && yaml_put(doc, &text) == 0) {
        call_answer_text(c, c->status, "application/yaml", text.data, text.len);
    }
    json_decref(doc);
}
