#include "apiserver/paths.h"

#include <string.h>

int path_unknown(call *c)
{
    static const char text[] = "404 page not found\n";

    return call_answer_text(c, 404, "text/plain; charset=utf-8", text, sizeof(text) - 1);
}

int path_handle(call *c, failure *why)
{
    const char *path = c->rq.path;

    (void)why;
    if (strcmp(path, "/readyz") == 0 || strcmp(path, "/livez") == 0 || strcmp(path, "/healthz") == 0)
        return call_answer_text(c, 200, "text/plain; charset=utf-8", "ok", 2);
    return path_unknown(c);
}
