#include "client/request.h"
#include "core/limits.h"
#include "core/url.h"

#include <opsdk/query.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define AGGREGATED "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"

static void json_freep(json_t **p)
{
    json_decref(*p);
}
#define auto_json __attribute__((cleanup(json_freep))) json_t

/* What is looked for: "deployments.apps" is resource "deployments" of group "apps". */
typedef struct wanted {
    char *resource;
    const char *group; /* NULL: any */
    opsdk_kind *found;
} wanted;

static const char *text_of(const json_t *map, const char *name)
{
    const char *text = json_string_value(json_object_get(map, name));

    return text ? text : "";
}

static bool has_short_name(const json_t *resource, const char *name)
{
    const json_t *names = json_object_get(resource, "shortNames");

    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *text = json_string_value(json_array_get(names, i));
        if (text && strcmp(text, name) == 0)
            return true;
    }
    return false;
}

static bool is_it(const wanted *w, const char *plural, const char *singular, const char *kind, const json_t *resource)
{
    return strcmp(w->resource, plural) == 0 || strcasecmp(w->resource, kind) == 0 ||
           (*singular && strcmp(w->resource, singular) == 0) || has_short_name(resource, w->resource);
}

static char *put(char **at, const char *text)
{
    char *start = *at;

    *at = stpcpy(*at, text) + 1;
    return start;
}

/* One block: the kind and behind it its strings. */
static int make_kind(const char *group, const char *version, const char *kind, const char *plural, bool namespaced,
                     opsdk_kind **ret, opsdk_error *err)
{
    size_t len = strlen(group) + strlen(version) + strlen(kind) + strlen(plural) + 4;
    opsdk_kind *k = malloc(sizeof(*k) + len);
    char *at;

    if (!k)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    at = (char *)(k + 1);
    k->kind = put(&at, kind);
    k->plural = put(&at, plural);
    k->api_version = at;
    if (*group) {
        put(&at, group);
        at[-1] = '/';
    }
    put(&at, version);
    k->cluster_scoped = !namespaced;
    *ret = k;
    return 0;
}

/* An APIResourceList: /api/v1 or /apis/GROUP/VERSION. */
static int search_list(wanted *w, const json_t *list, const char *group, const char *version, opsdk_error *err)
{
    const json_t *resources = json_object_get(list, "resources");

    for (size_t i = 0; i < json_array_size(resources); i++) {
        const json_t *item = json_array_get(resources, i);
        const char *plural = text_of(item, "name"), *kind = text_of(item, "kind");

        if (!*plural || !*kind || strchr(plural, '/') || !is_it(w, plural, text_of(item, "singularName"), kind, item))
            continue;
        return make_kind(group, version, kind, plural, json_is_true(json_object_get(item, "namespaced")), &w->found,
                         err);
    }
    return 0;
}

/* One group of an APIGroupDiscoveryList; its first version is the preferred one, later ones may have more kinds. */
static int search_group(wanted *w, const json_t *item, opsdk_error *err)
{
    const char *group = text_of(json_object_get(item, "metadata"), "name");
    const json_t *versions = json_object_get(item, "versions");

    if (w->group && strcmp(w->group, group) != 0)
        return 0;
    for (size_t v = 0; v < json_array_size(versions); v++) {
        const json_t *version = json_array_get(versions, v), *resources = json_object_get(version, "resources");
        for (size_t i = 0; i < json_array_size(resources); i++) {
            const json_t *r = json_array_get(resources, i);
            const char *plural = text_of(r, "resource");
            const char *kind = text_of(json_object_get(r, "responseKind"), "kind");

            if (*plural && *kind && is_it(w, plural, text_of(r, "singularResource"), kind, r))
                return make_kind(group, text_of(version, "version"), kind, plural,
                                 strcmp(text_of(r, "scope"), "Cluster") != 0, &w->found, err);
        }
    }
    return 0;
}

static int fetch(opsdk_client *c, const char *path, json_t **ret, opsdk_error *err)
{
    return request_json(c, &(http_request){.method = "GET", .target = path, .accept = AGGREGATED}, ret, err);
}

static bool is_aggregated(const json_t *reply)
{
    return strcmp(text_of(reply, "kind"), "APIGroupDiscoveryList") == 0;
}

static int search_aggregated(wanted *w, const json_t *reply, opsdk_error *err)
{
    const json_t *items = json_object_get(reply, "items");
    int r = 0;

    for (size_t i = 0; i < json_array_size(items) && r == 0 && !w->found; i++)
        r = search_group(w, json_array_get(items, i), err);
    return r;
}

/* /apis/GROUP/VERSION of a server that does not aggregate; one that fails (its extension server is down) is passed over. */
static int ask_group(opsdk_client *c, wanted *w, const json_t *group, opsdk_error *err)
{
    const char *name = text_of(group, "name");
    const char *version = text_of(json_object_get(group, "preferredVersion"), "version");
    auto_buf path = BUF_INIT(LIMIT_URL);
    auto_json *list = NULL;

    if (!*name || !*version || (w->group && strcmp(w->group, name) != 0))
        return 0;
    buf_puts(&path, "/apis/");
    url_escape(&path, name);
    buf_addc(&path, '/');
    url_escape(&path, version);
    if (path.failed || request_json(c, &(http_request){.method = "GET", .target = path.data}, &list, err) < 0)
        return 0;
    return search_list(w, list, name, version, err);
}

static int ask_core(opsdk_client *c, wanted *w, opsdk_error *err)
{
    auto_json *list = NULL;
    int r = request_json(c, &(http_request){.method = "GET", .target = "/api/v1"}, &list, err);

    return r < 0 ? r : search_list(w, list, "", "v1", err);
}

static int ask_groups(opsdk_client *c, wanted *w, opsdk_error *err)
{
    auto_json *reply = NULL;
    const json_t *groups;
    int r = fetch(c, "/apis", &reply, err);

    if (r < 0)
        return r;
    if (is_aggregated(reply))
        return search_aggregated(w, reply, err);
    groups = json_object_get(reply, "groups");
    for (size_t i = 0; i < json_array_size(groups) && i < LIMIT_GROUPS && r == 0 && !w->found; i++)
        r = ask_group(c, w, json_array_get(groups, i), err);
    return r;
}

int opsdk_discover(opsdk_client *c, const char *name, opsdk_kind **ret, opsdk_error *err)
{
    const char *dot = strchr(name, '.');
    wanted w = {.resource = strndup(name, dot ? (size_t)(dot - name) : strlen(name)), .group = dot ? dot + 1 : NULL};
    int r = 0;

    if (!w.resource)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    if (!w.group || !*w.group)
        r = ask_core(c, &w, err);
    if (r == 0 && !w.found)
        r = ask_groups(c, &w, err);
    free(w.resource);
    if (r < 0)
        return r;
    if (!w.found)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "the server has no resource \"%.100s\"", name);
    *ret = w.found;
    return 0;
}
