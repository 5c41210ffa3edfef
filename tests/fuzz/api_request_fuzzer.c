/* A request's path: what it is taken apart into is, put together again, the path without its empty parts. */
#include "apiserver/request.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 12 /* far below what the server looks at */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns the number of parts. */
static size_t without_empty(const char *path, buf *out)
{
    size_t n = 0;

    while (*path) {
        size_t len = strcspn(path, "/");
        if (len) {
            buf_addc(out, '/');
            buf_add(out, path, len);
            n++;
        }
        path += len + (path[len] == '/');
    }
    return n;
}

static void add(buf *out, const char *part)
{
    if (*part)
        buf_printf(out, "/%s", part);
}

/* What stands behind the subresource is not looked at. */
static void check(const request *rq, const char *path, size_t n)
{
    auto_buf out = BUF_INIT(1u << 20);
    bool itself = strcmp(rq->plural, "namespaces") == 0;
    const char *in = strstr(path, "/namespaces/");

    if (itself && in && strstr(in + 1, "/namespaces/")) /* namespaces in a namespace, which are none */
        return;
    buf_puts(&out, *rq->group ? "/apis" : "/api");
    add(&out, rq->group);
    add(&out, rq->version);
    if (rq->watched)
        add(&out, "watch");
    if (*rq->ns && !(itself && strcmp(rq->ns, rq->name) == 0)) {
        add(&out, "namespaces");
        add(&out, rq->ns);
    }
    add(&out, rq->plural);
    add(&out, rq->name);
    add(&out, rq->sub);
    if (out.failed || n > PARTS)
        return;
    if (strncmp(out.data, path, out.len) != 0 || (path[out.len] && (path[out.len] != '/' || !*rq->sub)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = malloc(size + 1);
    auto_buf clean = BUF_INIT(1u << 20);
    arena memory = {0};
    request rq = {.method = "GET", .path = path};
    size_t n;

    memcpy(path, data, size);
    path[size] = '\0';
    n = without_empty(path, &clean);
    if (request_resolve(&rq, &memory) < 0)
        abort();
    if (!rq.verb || !rq.group || !rq.version || !rq.plural || !rq.sub || !rq.ns || !rq.name)
        abort();
    if (rq.is_resource)
        check(&rq, clean.data, n);
    arena_clear(&memory);
    free(path);
    return 0;
}
