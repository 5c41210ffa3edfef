#include "client/request.h"
#include "core/limits.h"

#include <opsdk/query.h>
#include <string.h>

/* A target goes into the request line as it is. */
static bool is_plain(const char *target)
{
    if (*target != '/')
        return false;
    for (; *target; target++)
        if ((unsigned char)*target <= 0x20 || (unsigned char)*target >= 0x7f || *target == '#')
            return false;
    return true;
}

int opsdk_raw(opsdk_client *c, const char *method, const char *target, const char *content_type, const char *body,
              char **ret, size_t *ret_len, opsdk_error *err)
{
    http_reply reply = {0};
    http_request rq = {.method = method,
                       .target = target,
                       .content_type = content_type,
                       .accept = "*/*",
                       .body = body,
                       .body_len = body ? strlen(body) : 0};
    int r;

    if (!is_plain(target))
        return opsdk_error_set(err, OPSDK_EINVAL, "%.100s: want a path that begins with / and is escaped", target);
    r = http_call(c, &rq, &reply, err);
    if (r < 0)
        return r;
    if (!reply.body.data)
        buf_puts(&reply.body, "");
    *ret = buf_take(&reply.body, ret_len);
    return *ret ? 0 : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}
