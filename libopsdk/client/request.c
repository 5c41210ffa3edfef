#include "client/request.h"
#include "client/file.h"
#include "core/limits.h"
#include "core/url.h"

int request_target(const opsdk_client *c, opsdk_key key, bool named, const char *sub, buf *ret, opsdk_error *err)
{
    if (!key.kind)
        return opsdk_error_set(err, OPSDK_EINVAL, "a key without a kind");
    if (named && !key.name)
        return opsdk_error_set(err, OPSDK_EINVAL, "a %s without a name", key.kind->kind);
    ret->max = LIMIT_URL;
    url_resource(ret, key.kind, key.ns ? key.ns : c->cfg.ns, named ? key.name : NULL, sub);
    if (!ret->failed)
        return 0;
    return opsdk_error_set(
        err, OPSDK_EINVAL,
        "%s %.60s/%.100s: namespace, name and sub-resource must be neither empty nor \".\" nor \"..\"", key.kind->kind,
        key.ns ? key.ns : c->cfg.ns, key.name ? key.name : "");
}

int request_object(opsdk_client *c, const http_request *rq, const opsdk_kind *kind, opsdk_object **ret,
                   opsdk_error *err)
{
    http_reply reply = {0};
    int r = http_call(c, rq, &reply, err);

    if (r == 0 && ret)
        r = opsdk_object_parse(kind, reply.body.data ? reply.body.data : "", reply.body.len, ret, err);
    file_wipe(&reply.body); /* may be a Secret */
    return r < 0 ? r : 0;
}

int request_json(opsdk_client *c, const http_request *rq, json_t **ret, opsdk_error *err)
{
    http_reply reply = {0};
    json_error_t why = {0};
    int r = http_call(c, rq, &reply, err);

    if (r == 0) {
        *ret = json_loadb(reply.body.data ? reply.body.data : "", reply.body.len, 0, &why);
        if (!*ret)
            r = opsdk_error_set(err, OPSDK_EPROTO, "%s %.100s: the reply is no JSON: %s", rq->method, rq->target,
                                why.text);
    }
    file_wipe(&reply.body);
    return r;
}
