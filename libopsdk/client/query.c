#include "client/client.h"
#include "client/http.h"
#include "core/limits.h"
#include "core/url.h"

#include <opsdk/query.h>

static int check_key(const opsdk_client *c, opsdk_key *key, opsdk_error *err)
{
    if (!key->kind || !key->name)
        return opsdk_error_set(err, OPSDK_EINVAL, "a key needs a kind and a name");
    if (!key->ns)
        key->ns = c->cfg.ns;
    return 0;
}

int opsdk_get(opsdk_client *c, opsdk_key key, opsdk_object **ret, opsdk_error *err)
{
    auto_buf target = BUF_INIT(LIMIT_URL);
    http_reply reply = {0};
    int r = check_key(c, &key, err);

    if (r < 0)
        return r;
    url_resource(&target, key.kind, key.ns, key.name, NULL);
    if (target.failed)
        return opsdk_error_set(err, OPSDK_EINVAL, "namespace and name of a %s cannot be empty, \".\" or \"..\"",
                               key.kind->kind);
    r = http_call(c, &(http_request){.method = "GET", .target = target.data}, &reply, err);
    if (r == 0)
        r = opsdk_object_parse(key.kind, reply.body.data ? reply.body.data : "", reply.body.len, ret, err);
    buf_clear(&reply.body);
    return r;
}
