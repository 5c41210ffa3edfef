/* Whether the server is well, which version it is, and which paths it knows. */
#include "apiserver/discovery/discovery.h"
#include "apiserver/discovery/groups.h"
#include "apiserver/limits.h"
#include "apiserver/paths.h"

#include <opsdk/version.h>
#include <stdlib.h>
#include <string.h>

/* The real server's checks that mean something here.  All are well as soon as a request is answered. */
static const struct check {
    const char *name;
    bool ready; /* of /readyz alone */
} checks[] = {
    {"ping", false},
    {"log", false},
    {"etcd", false},
    {"etcd-readiness", true},
    {"informer-sync", true},
    {"poststarthook/start-apiextensions-controllers", false},
    {"poststarthook/crd-informer-synced", false},
    {"poststarthook/start-system-namespaces-controller", false},
    {"poststarthook/rbac/bootstrap-roles", false},
    {"poststarthook/apiservice-discovery-controller", false},
    {"poststarthook/apiservice-openapi-controller", false},
    {"poststarthook/apiservice-openapiv3-controller", false},
    {"shutdown", true},
};
#define N_CHECKS (sizeof(checks) / sizeof(checks[0]))

#define TEXT "text/plain; charset=utf-8"

static bool is_excluded(const request *rq, const char *name)
{
    for (size_t i = 0; i < rq->n_params; i++)
        if (strcmp(rq->params[i].name, "exclude") == 0 && strcmp(rq->params[i].value, name) == 0)
            return true;
    return false;
}

static int answer_verbose(call *c, const char *what, failure *why)
{
    bool ready = strcmp(what, "readyz") == 0;
    auto_buf text = BUF_INIT(LIMIT_REPLY);

    for (size_t i = 0; i < N_CHECKS; i++)
        if (ready || !checks[i].ready)
            buf_printf(&text, "[+]%s%s ok\n", checks[i].name, is_excluded(&c->rq, checks[i].name) ? " excluded:" : "");
    buf_printf(&text, "%s check passed\n", what);
    return text.failed || call_answer_text(c, 200, TEXT, text.data, text.len) < 0 ? failure_memory(why) : 0;
}

int health_answer(call *c, const char *rest, failure *why)
{
    char what[16];

    snprintf(what, sizeof(what), "%.*s", (int)strcspn(c->rq.path + 1, "/"), c->rq.path + 1);
    for (size_t i = 0; i < N_CHECKS; i++)
        if (strcmp(rest, checks[i].name) == 0 && (!checks[i].ready || strcmp(what, "readyz") == 0))
            return call_answer_text(c, 200, TEXT, "ok", 2);
    if (strlen(c->rq.path) != strlen(what) + 1)
        return path_unknown(c);
    return request_param(&c->rq, "verbose") ? answer_verbose(c, what, why) : call_answer_text(c, 200, TEXT, "ok", 2);
}

/* ---- version ---- */

static int answer_pretty(call *c, json_t *doc, failure *why)
{
    char *text = doc ? json_dumps(doc, JSON_INDENT(2)) : NULL;
    int r = text ? call_answer_text(c, 200, "application/json", text, strlen(text)) : -1;

    free(text);
    json_decref(doc);
    return r < 0 ? failure_memory(why) : 0;
}

int version_answer(call *c, const char *rest, failure *why)
{
    if (*rest)
        return path_unknown(c);
    return answer_pretty(
        c,
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "major", "1", "minor", "35",
                  "emulationMajor", "1", "emulationMinor", "35", "minCompatibilityMajor", "1", "minCompatibilityMinor",
                  "34", "gitVersion", "v1.35.4+opsdk." OPSDK_VERSION, "gitCommit", "", "gitTreeState", "", "buildDate",
                  "1970-01-01T00:00:00Z", "goVersion", "", "compiler", "cc", "platform", "linux/amd64"),
        why);
}

/* ---- index ---- */

static void add_path(json_t *paths, const char *a, const char *b, const char *c)
{
    json_array_append_new(paths, json_sprintf("%s%s%s%s%s", a, *b ? "/" : "", b, *c ? "/" : "", c));
}

static int add_groups(json_t *paths, const registry *r)
{
    size_t n;
    group_version *all = groups_list(r, &n);

    for (size_t i = 0; all && i < n; i++) {
        if (*all[i].group && (i == 0 || strcmp(all[i].group, all[i - 1].group) != 0))
            add_path(paths, "/apis", all[i].group, "");
        add_path(paths, *all[i].group ? "/apis" : "/api", all[i].group, all[i].version);
    }
    free(all);
    return all ? 0 : -1;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

static json_t *sorted(const json_t *list)
{
    size_t n = json_array_size(list);
    json_t **items = calloc(n + 1, sizeof(*items)), *ret = items ? json_array() : NULL;

    for (size_t i = 0; ret && i < n; i++)
        items[i] = json_array_get(list, i);
    if (ret)
        qsort(items, n, sizeof(*items), by_text);
    for (size_t i = 0; ret && i < n; i++)
        json_array_append(ret, items[i]);
    free(items);
    return ret;
}

int discovery_index(call *c, failure *why)
{
    static const char *const health[] = {"/healthz", "/livez", "/readyz"}, *const others[] = {
                                                                               "/api",        "/apis",
                                                                               "/apis/",      "/openapi/v2",
                                                                               "/openapi/v3", "/openapi/v3/",
                                                                               "/version"};
    json_t *paths = json_array(), *list = NULL;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        add_path(paths, others[i], "", "");
    for (size_t i = 0; i < sizeof(health) / sizeof(health[0]); i++) {
        add_path(paths, health[i], "", "");
        for (size_t k = 0; k < N_CHECKS; k++)
            if (!checks[k].ready || strcmp(health[i], "/readyz") == 0)
                add_path(paths, health[i], checks[k].name, "");
    }
    if (add_groups(paths, c->server->resources) == 0)
        list = sorted(paths);
    json_decref(paths);
    return answer_pretty(c, list ? json_pack("{s:o}", "paths", list) : NULL, why);
}
