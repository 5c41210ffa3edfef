/* Binding a container to a command from C: the annotation is written as a client would, and allowed. */
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/pods/pods.h"
#include "apiserver/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *command_text(const char *const argv[])
{
    json_auto_t *list = json_array();
    json_t *value;
    char *text;

    for (size_t i = 0; argv[i]; i++)
        json_array_append_new(list, json_string(argv[i]));
    text = json_dumps(list, JSON_COMPACT);
    value = text ? json_string(text) : NULL;
    free(text);
    return value;
}

static json_t *labels(const char *const pairs[])
{
    json_t *map = json_object();

    for (size_t i = 0; pairs && pairs[i] && pairs[i + 1]; i += 2)
        json_object_set_new(map, pairs[i], json_string(pairs[i + 1]));
    return map;
}

static json_t *document(const char *name, const char *of, const opsdk_apiserver_run_opts *o)
{
    json_t *one = json_pack("{s:s, s:s}", "name", of, "image", o->image ? o->image : "local"),
           *spec = json_pack("{s:[O], s:s, s:b}", "containers", one, "restartPolicy",
                             o->restart_policy ? o->restart_policy : "Always", "hostNetwork", o->host_network);

    if (o->dir)
        doc_set_text(one, "workingDir", o->dir);
    json_decref(one);
    return json_pack("{s:s, s:s, s:{s:s, s:o, s:{}}, s:o}", "apiVersion", "v1", "kind", "Pod", "metadata", "name", name,
                     "labels", labels(o->labels), "annotations", "spec", spec);
}

static int create(apiserver *s, opsdk_key key, const char *name, const char *annotation, const char *const argv[],
                  const opsdk_apiserver_run_opts *o, failure *why)
{
    json_auto_t *doc = document(key.name, name, o);

    doc_set(doc_at(doc, "metadata.annotations"), annotation, command_text(argv));
    return api_create(s, pods_resource(s), key.ns, doc, "opsdk", why);
}

static int bind(apiserver *s, opsdk_key key, const char *name, const char *const argv[],
                const opsdk_apiserver_run_opts *o, failure *why)
{
    const resource *res = pods_resource(s);
    const item *it = collection_get(res->objects, key.ns, key.name);
    json_auto_t *doc = it ? version_read(res, it) : NULL;
    char annotation[320];

    if (it && !doc)
        return failure_memory(why);
    if (!name)
        name = doc ? doc_text(json_array_get(doc_at(doc, "spec.containers"), 0), "name") : "app";
    snprintf(annotation, sizeof(annotation), POD_COMMAND "%s", name);
    if (!doc)
        return create(s, key, name, annotation, argv, o, why);
    doc_set(doc_make(doc_get(doc, "metadata"), "annotations"), annotation, command_text(argv));
    return api_update(s, pods_resource(s), "", doc, "opsdk", why);
}

int opsdk_apiserver_run(opsdk_apiserver *s, opsdk_key key, const char *name, const char *const argv[],
                        const opsdk_apiserver_run_opts *opts, opsdk_error *err)
{
    static const opsdk_apiserver_run_opts none = {0};
    auto_failure why = {0};
    int r;

    if (!key.name || !argv || !argv[0])
        return opsdk_error_set(err, OPSDK_EINVAL, "run: a pod's name and a command are needed");
    if (!key.ns)
        key.ns = "default";
    pthread_mutex_lock(&s->lock);
    r = pods_allow(s, key.ns, key.name, &why);
    if (r == 0)
        r = bind(s, key, name, argv, opts ? opts : &none, &why);
    pthread_mutex_unlock(&s->lock);
    if (r < 0)
        return opsdk_error_set(err, OPSDK_EREJECTED, "run: pod %s: %s", key.name,
                               why.message ? why.message : "refused");
    return 0;
}
