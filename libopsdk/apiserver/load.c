/* Manifests: what kubectl apply -f would read, into this server. */
#include "apiserver/apiserver.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "client/clock.h"
#include "core/status_code.h"

#include <dirent.h>
#include <errno.h>
#include <opsdk/yaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char manager[] = "opsdk-dev";

static int fail(const failure *why, const char *name, opsdk_error *err)
{
    opsdk_error_set(err, status_code(why->code, why->reason ? why->reason : ""), "%s: %s", name,
                    why->message ? why->message : "out of memory");
    if (err) {
        err->http_status = why->code;
        snprintf(err->reason, sizeof(err->reason), "%.31s", why->reason ? why->reason : "");
    }
    return err ? err->code : OPSDK_EREJECTED;
}

/* A CRD's resources are there a moment after the CRD. */
static resource *await_kind(apiserver *s, const char *api_version, const char *kind)
{
    int64_t until = clock_ms() + LIMIT_ESTABLISH_MS;
    const struct timespec pause = {.tv_nsec = 1000000};
    resource *res;

    for (res = registry_kind(s->resources, api_version, kind); !res && clock_ms() < until;
         res = registry_kind(s->resources, api_version, kind)) {
        pthread_mutex_unlock(&s->lock);
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&s->lock);
    }
    return res;
}

static int load_object(apiserver *s, const char *name, const json_t *doc, opsdk_error *err)
{
    const char *ns = meta_text(doc, "namespace");
    auto_failure why = {0};
    resource *res;
    int r;

    if (!*doc_text(doc, "kind") || !*doc_text(doc, "apiVersion"))
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: a document without apiVersion and kind", name);
    res = await_kind(s, doc_text(doc, "apiVersion"), doc_text(doc, "kind"));
    if (!res)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "%s: no kind %s in %s; load its CustomResourceDefinition first",
                               name, doc_text(doc, "kind"), doc_text(doc, "apiVersion"));
    ns = res->namespaced ? (*ns ? ns : "default") : "";
    if (*meta_text(doc, "name"))
        r = api_apply(s, res, ns, doc, manager, &why);
    else
        r = api_create(s, res, ns, doc, manager, &why);
    return r < 0 ? fail(&why, name, err) : 0;
}

/* What others need comes first. */
static int rank(const json_t *doc)
{
    const char *kind = doc_text(doc, "kind");

    return strcmp(kind, "CustomResourceDefinition") != 0 && strcmp(kind, "Namespace") != 0;
}

static int load_list(apiserver *s, const char *name, const json_t *docs, opsdk_error *err)
{
    size_t i;
    json_t *doc;
    int r = 0;

    for (int pass = 0; pass < 2; pass++)
        json_array_foreach((json_t *)docs, i, doc)
        {
            if (r == 0 && rank(doc) == pass)
                r = load_object(s, name, doc, err);
        }
    return r;
}

/* ---- reading ---- */

/* Where the next document starts: behind a line of "---". */
static const char *next_document(const char *text, const char *end)
{
    for (const char *line = text; line < end;) {
        const char *feed = memchr(line, '\n', (size_t)(end - line)), *next = feed ? feed + 1 : end;
        if (line > text && next - line >= 3 && strncmp(line, "---", 3) == 0)
            return line;
        line = next;
    }
    return end;
}

static int add_document(json_t *docs, const char *name, const char *text, size_t len, opsdk_error *err)
{
    json_t *doc = NULL, *items;
    int r = opsdk_yaml_parse(name, text, len, &doc, err);

    if (r < 0)
        return r;
    items = json_object_get(doc, "items");
    if (json_is_object(doc) && strcmp(doc_text(doc, "kind"), "List") == 0 && json_is_array(items))
        json_array_extend(docs, items);
    else if (json_is_object(doc))
        json_array_append(docs, doc);
    else if (!json_is_null(doc))
        r = opsdk_error_set(err, OPSDK_EINVAL, "%s: a document that is no map", name);
    json_decref(doc);
    return r;
}

static int add_text(json_t *docs, const char *name, const char *text, size_t len, opsdk_error *err)
{
    const char *end = text + len;
    int r = 0;

    while (r == 0 && text < end) {
        const char *next = next_document(text, end);
        r = add_document(docs, name, text, (size_t)(next - text), err);
        text = next;
    }
    return r;
}

static int add_file(json_t *docs, const char *path, opsdk_error *err)
{
    auto_buf text = BUF_INIT(LIMIT_MANIFEST);
    char piece[8192];
    size_t n;
    FILE *f = fopen(path, "re");

    if (!f)
        return opsdk_error_set(err, OPSDK_EIO, "%s: %s", path, strerror(errno));
    while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
        buf_add(&text, piece, n);
    n = (size_t)ferror(f);
    fclose(f);
    if (n || text.failed)
        return opsdk_error_set(err, OPSDK_EIO, "%s: cannot be read, or has more than %u bytes", path, LIMIT_MANIFEST);
    return text.data ? add_text(docs, path, text.data, text.len, err) : 0;
}

static int is_manifest(const struct dirent *e)
{
    const char *dot = strrchr(e->d_name, '.');

    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0);
}

static int add_folder(json_t *docs, const char *path, opsdk_error *err)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, is_manifest, alphasort), r = 0;

    if (n < 0)
        return opsdk_error_set(err, OPSDK_EIO, "%s: %s", path, strerror(errno));
    for (int i = 0; i < n; i++) {
        auto_buf file = BUF_INIT(LIMIT_KEY * 8);
        buf_printf(&file, "%s/%s", path, entries[i]->d_name);
        if (r == 0)
            r = file.failed ? opsdk_error_set(err, OPSDK_ENOMEM, "out of memory") : add_file(docs, file.data, err);
        free(entries[i]);
    }
    free(entries);
    return r;
}

static int load(apiserver *s, const char *name, const json_t *docs, opsdk_error *err)
{
    int r;

    pthread_mutex_lock(&s->lock);
    r = load_list(s, name, docs, err);
    pthread_mutex_unlock(&s->lock);
    return r;
}

int opsdk_apiserver_load(opsdk_apiserver *s, const char *path, opsdk_error *err)
{
    json_auto_t *docs = json_array();
    struct stat st;
    int r;

    if (stat(path, &st) < 0)
        return opsdk_error_set(err, OPSDK_EIO, "%s: %s", path, strerror(errno));
    r = S_ISDIR(st.st_mode) ? add_folder(docs, path, err) : add_file(docs, path, err);
    return r < 0 ? r : load(s, path, docs, err);
}

int opsdk_apiserver_load_text(opsdk_apiserver *s, const char *text, opsdk_error *err)
{
    json_auto_t *docs = json_array();
    int r = add_text(docs, "manifest", text, strlen(text), err);

    return r < 0 ? r : load(s, "manifest", docs, err);
}
