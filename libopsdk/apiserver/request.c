#include "apiserver/request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define PARTS 16

const char *request_param(const request *rq, const char *name)
{
    for (size_t i = 0; i < rq->n_params; i++)
        if (strcmp(rq->params[i].name, name) == 0)
            return rq->params[i].value;
    return NULL;
}

/* As the server converts query values to bool: anything but "", "0" and "false" is true. */
bool request_flag(const request *rq, const char *name)
{
    const char *value = request_param(rq, name);

    return value && strcasecmp(value, "false") != 0 && strcmp(value, "0") != 0;
}

typedef struct path {
    const char *part[PARTS];
    size_t n;
} path;

/* Empty parts do not count; what goes beyond PARTS is no resource anyway. */
static int split(const char *text, arena *a, path *p)
{
    while (*text && p->n < PARTS) {
        size_t len = strcspn(text, "/");
        if (len > 0) {
            p->part[p->n] = arena_strndup(a, text, len);
            if (!p->part[p->n++])
                return -1;
        }
        text += len + (text[len] == '/');
    }
    return 0;
}

static const char *verb_of(const request *rq, bool named)
{
    static const struct {
        const char *method, *one, *all;
    } verbs[] = {{"GET", "get", "list"},      {"HEAD", "get", "list"},     {"POST", "create", "create"},
                 {"PUT", "update", "update"}, {"PATCH", "patch", "patch"}, {"DELETE", "delete", "deletecollection"}};

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(rq->method, verbs[i].method) == 0)
            return named ? verbs[i].one : verbs[i].all;
    return "";
}

/* namespaces/NS/RESOURCE/NAME/SUB, or RESOURCE/NAME/SUB; namespaces themselves are a resource too. */
static void resolve_resource(request *rq, const char *const *part, size_t n)
{
    bool in_namespace = n > 2 && strcmp(part[0], "namespaces") == 0 && strcmp(part[2], "status") != 0 &&
                        strcmp(part[2], "finalize") != 0;

    if (n > 1 && strcmp(part[0], "namespaces") == 0)
        rq->ns = part[1];
    if (in_namespace) {
        part += 2;
        n -= 2;
    }
    rq->is_resource = true;
    rq->plural = part[0];
    rq->name = n > 1 ? part[1] : "";
    rq->sub = n > 2 ? part[2] : "";
    rq->verb = verb_of(rq, *rq->name);
    if (strcmp(rq->verb, "list") == 0 && request_flag(rq, "watch"))
        rq->verb = "watch";
}

/* The old way to ask: /api/v1/watch/RESOURCE. */
static void resolve_watch(request *rq, const char *const *part, size_t n)
{
    resolve_resource(rq, part, n);
    rq->watched = true;
    if (strcmp(rq->method, "GET") == 0)
        rq->verb = "watch";
}

static char *lower(arena *a, const char *text)
{
    char *copy = arena_strndup(a, text, strlen(text));

    for (char *p = copy; p && *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return copy;
}

int request_resolve(request *rq, arena *a)
{
    path p = {.n = 0};
    size_t skip;

    rq->group = rq->version = rq->plural = rq->sub = rq->ns = rq->name = "";
    rq->verb = lower(a, rq->method);
    if (!rq->verb || split(rq->path, a, &p) < 0)
        return -1;
    if (p.n < 3 || (strcmp(p.part[0], "api") != 0 && strcmp(p.part[0], "apis") != 0))
        return 0;
    skip = strcmp(p.part[0], "api") == 0 ? 2 : 3;
    if (p.n <= skip)
        return 0;
    rq->group = skip == 3 ? p.part[1] : "";
    rq->version = p.part[skip - 1];
    if (strcmp(p.part[skip], "watch") == 0 && p.n > skip + 1)
        resolve_watch(rq, p.part + skip + 1, p.n - skip - 1);
    else
        resolve_resource(rq, p.part + skip, p.n - skip);
    return 0;
}
