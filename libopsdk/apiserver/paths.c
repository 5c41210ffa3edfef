#include "apiserver/paths.h"
#include "apiserver/discovery/discovery.h"
#include "apiserver/discovery/openapi.h"
#include "apiserver/verbs.h"

#include <string.h>

int path_unknown(call *c)
{
    static const char text[] = "404 page not found\n";

    return call_answer_text(c, 404, "text/plain; charset=utf-8", text, sizeof(text) - 1);
}

/* Who owns a path, and all below it. */
static const struct {
    const char *path;
    int (*answer)(call *c, const char *rest,
                  failure *why); /* rest: behind the path and its slash, "" when there is nothing */
    bool only_get;
} owners[] = {
    {"/api", discovery_core, true},
    {"/apis", discovery_groups, false},
    {"/version", version_answer, true},
    {"/readyz", health_answer, false},
    {"/livez", health_answer, false},
    {"/healthz", health_answer, false},
    {"/openapi/v2", openapi_v2_answer, false},
    {"/openapi/v3", openapi_answer, false},
};

/* NULL: not within path. */
static const char *rest_of(const char *path, const char *text)
{
    size_t len = strlen(path);

    if (strncmp(text, path, len) != 0 || (text[len] != '/' && text[len] != '\0'))
        return NULL;
    return text + len + (text[len] == '/');
}

int path_handle(call *c, failure *why)
{
    if (strcmp(c->rq.path, "/") == 0)
        return discovery_index(c, why);
    for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
        const char *rest = rest_of(owners[i].path, c->rq.path);
        if (!rest)
            continue;
        if (owners[i].only_get && strcmp(c->rq.method, "GET") != 0)
            return fail_method(why);
        return owners[i].answer(c, rest, why);
    }
    return path_unknown(c);
}
