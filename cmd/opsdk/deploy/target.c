#include "target.h"

#include "../documents.h"
#include "../file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#define POLL_MS 200

static int no_memory(opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

/* 0 to 2: those that opsdk knows; 3: others; -1: not to be applied. */
static int rank_of_file(const char *name, bool example)
{
    static const char *const known[] = {"crd.yaml", "rbac.yaml", "operator.yaml"};
    const char *dot = strrchr(name, '.');

    for (int i = 0; i < 3; i++)
        if (strcmp(name, known[i]) == 0)
            return i;
    if (*name == '.' || !dot || (strcmp(dot, ".yaml") != 0 && strcmp(dot, ".yml") != 0 && strcmp(dot, ".json") != 0))
        return -1;
    if (strcmp(name, "cr.yaml") == 0)
        return example ? 4 : -1;
    return 3;
}

/* Whatever file they stand in. */
static int rank_of_kind(const json_t *document)
{
    const char *kind = documents_string(document, "kind", NULL);

    if (kind && strcmp(kind, "Namespace") == 0)
        return 0;
    return kind && strcmp(kind, "CustomResourceDefinition") == 0 ? 1 : 2;
}

static int read_file(const char *dir, const char *name, json_t *all, opsdk_error *err)
{
    auto_free char *path = file_format("%s/%s", dir, name);
    json_t *documents = NULL;
    int r = path ? documents_read(path, &documents, err) : no_memory(err);

    if (r == 0)
        r = json_array_extend(all, documents) == 0 ? 0 : no_memory(err);
    json_decref(documents);
    return r;
}

static int read_folder(const char *dir, bool example, json_t *all, opsdk_error *err)
{
    struct dirent **names = NULL;
    int n = scandir(dir, &names, NULL, alphasort), r = 0;

    if (n < 0)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "%s: %s: not the folder of an operator?", dir, strerror(errno));
    for (int rank = 0; rank <= 4; rank++)
        for (int i = 0; r == 0 && i < n; i++)
            if (rank_of_file(names[i]->d_name, example) == rank)
                r = read_file(dir, names[i]->d_name, all, err);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    return r;
}

static int make_target(json_t *document, target *t, opsdk_error *err)
{
    t->document = document;
    t->kind.api_version = documents_string(document, "apiVersion", NULL);
    t->kind.kind = documents_string(document, "kind", NULL);
    t->key.kind = &t->kind;
    t->key.ns = documents_string(document, "metadata", "namespace", NULL);
    t->key.name = documents_string(document, "metadata", "name", NULL);
    if (t->kind.api_version && t->kind.kind && t->key.name)
        return 0;
    return opsdk_error_set(err, OPSDK_EINVAL, "a manifest without apiVersion, kind or metadata.name: %s, %s",
                           t->kind.kind ? t->kind.kind : "?", t->key.name ? t->key.name : "?");
}

static int make_targets(targets *t, opsdk_error *err)
{
    size_t n = json_array_size(t->documents), i;
    json_t *document;
    int r = 0;

    t->items = calloc(n ? n : 1, sizeof(*t->items));
    if (!t->items)
        return no_memory(err);
    for (int rank = 0; rank <= 2; rank++)
        json_array_foreach(t->documents, i, document) if (r == 0 && rank_of_kind(document) == rank) r =
            make_target(document, &t->items[t->len++], err);
    return r;
}

int targets_read(const char *dir, const char *only, bool example, targets *ret, opsdk_error *err)
{
    targets t = {.documents = json_array()};
    int r = only ? read_file(dir, only, t.documents, err) : read_folder(dir, example, t.documents, err);

    if (r == 0)
        r = make_targets(&t, err);
    if (r == 0 && t.len == 0)
        r = opsdk_error_set(err, OPSDK_ENOTFOUND, "%s: holds no manifests", dir);
    if (r == 0)
        *ret = t;
    else
        targets_clear(&t);
    return r;
}

void targets_clear(targets *t)
{
    for (size_t i = 0; i < t->len; i++)
        free(t->items[i].plural);
    free(t->items);
    json_decref(t->documents);
    *t = (targets){0};
}

static void set_resource(target *t, const json_t *list)
{
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(list, "resources"), i, item)
    {
        const char *name = documents_string(item, "name", NULL), *kind = documents_string(item, "kind", NULL);

        if (!name || !kind || strchr(name, '/') || strcmp(kind, t->kind.kind) != 0)
            continue;
        free(t->plural);
        t->kind.plural = t->plural = strdup(name);
        t->kind.cluster_scoped = !json_is_true(json_object_get(item, "namespaced"));
    }
}

int target_resolve(opsdk_client *c, target *t, opsdk_error *err)
{
    bool core = !strchr(t->kind.api_version, '/');
    auto_free char *path = file_format("/%s/%s", core ? "api" : "apis", t->kind.api_version);
    auto_free char *text = NULL;
    size_t len = 0;
    json_t *list;
    int r = path ? opsdk_raw(c, "GET", path, NULL, NULL, &text, &len, err) : no_memory(err);

    if (r < 0 && r != OPSDK_ENOTFOUND)
        return r;
    list = r == 0 ? json_loadb(text, len, 0, NULL) : NULL;
    set_resource(t, list);
    json_decref(list);
    if (t->plural)
        return 0;
    return opsdk_error_set(err, OPSDK_ENOTFOUND, "the server does not know the kind %s of %s", t->kind.kind,
                           t->kind.api_version);
}

const char *target_name(const target *t, char buf[400])
{
    int n = snprintf(buf, 400, "%.63s", t->kind.kind);

    for (int i = 0; i < n; i++)
        buf[i] = (char)tolower((unsigned char)buf[i]);
    snprintf(buf + n, 400 - (size_t)n, "/%.253s", t->key.name);
    return buf;
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_established(const opsdk_object *definition)
{
    opsdk_value item = {0};

    while (definition && opsdk_value_next(opsdk_at(definition, "/status/conditions"), NULL, &item))
        if (strcmp(opsdk_value_str(opsdk_value_at(item, "/type"), ""), "Established") == 0)
            return strcmp(opsdk_value_str(opsdk_value_at(item, "/status"), ""), "True") == 0;
    return false;
}

/* Until the server takes objects of the kind that was defined. */
static int wait_established(opsdk_client *c, const target *t, int64_t until, opsdk_error *err)
{
    for (;;) {
        opsdk_auto_object *now = NULL;
        int r = opsdk_get(c, t->key, &now, err);

        if (r < 0 || is_established(now))
            return r;
        if (now_ms() > until)
            return opsdk_error_set(err, OPSDK_ETIMEOUT, "the server does not serve %s yet", t->key.name);
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
}

static int apply_one(opsdk_client *c, target *t, int64_t until, opsdk_error *err)
{
    opsdk_error why = {0};
    char name[400];
    int r = target_resolve(c, t, err);

    if (r < 0)
        return r;
    r = opsdk_apply(c, t->key, json_incref(t->document), &(opsdk_write_opts){.force = true}, NULL, &why);
    if (r == OPSDK_EFORBIDDEN)
        return opsdk_error_set(err, r, "%s: you may not do that in this cluster: %s", target_name(t, name),
                               why.message);
    if (r < 0)
        return opsdk_error_set(err, r, "%s: %s", target_name(t, name), why.message);
    printf("%s: applied\n", target_name(t, name));
    if (strcmp(t->kind.kind, "CustomResourceDefinition") == 0)
        r = wait_established(c, t, until, err);
    return r;
}

int targets_apply(opsdk_client *c, targets *t, int timeout_ms, opsdk_error *err)
{
    int64_t until = now_ms() + timeout_ms;
    int r = 0;

    for (size_t i = 0; r == 0 && i < t->len; i++)
        r = apply_one(c, &t->items[i], until, err);
    return r;
}
