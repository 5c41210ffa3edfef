#include "client/kubeconfig.h"
#include "client/kubefile.h"
#include "core/buf.h"
#include "core/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct files {
    size_t len;
    kubefile items[LIMIT_KUBECONFIGS];
} files;

static void files_clear(files *list)
{
    for (size_t i = 0; i < list->len; i++)
        kubefile_clear(&list->items[i]);
    list->len = 0;
}

static int add_file(files *list, const char *path, bool required, opsdk_error *err)
{
    opsdk_error why = {0};
    int r;

    if (list->len == LIMIT_KUBECONFIGS)
        return opsdk_error_set(err, OPSDK_EINVAL, "more than %d kubeconfig files in the list", LIMIT_KUBECONFIGS);
    r = kubefile_read(path, &list->items[list->len], &why);
    if (r == OPSDK_ENOTFOUND && !required)
        return 0;
    list->len++; /* also a half-read one, to be cleared */
    if (r < 0 && err)
        *err = why;
    return r;
}

static int read_files(const char *paths, files *ret, opsdk_error *err)
{
    bool required = !strchr(paths, ':');
    int r = 0;

    while (r == 0 && *paths) {
        size_t n = strcspn(paths, ":");
        char *path = strndup(paths, n);

        if (!path)
            return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
        if (n > 0)
            r = add_file(ret, path, required, err);
        free(path);
        paths += n + (paths[n] == ':');
    }
    if (r == 0 && ret->len == 0)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "none of the kubeconfig files is there");
    return r;
}

/* The first file that has the entry decides. */
static int find(const files *list, const char *in, const char *member, const char *name, place *ret, opsdk_error *err)
{
    int r = 0;

    *ret = (place){0};
    for (size_t i = 0; i < list->len && r == 0 && !ret->file; i++)
        r = kubefile_find(&list->items[i], in, member, name, ret, err);
    return r;
}

static int current_context(const files *list, const char **ret, opsdk_error *err)
{
    for (size_t i = 0; i < list->len; i++) {
        const place top = {.file = &list->items[i], .map = list->items[i].root};
        int r = place_string(&top, "current-context", ret, err);
        if (r < 0 || *ret)
            return r;
    }
    return opsdk_error_set(err, OPSDK_EINVAL, "%s: current-context is missing; set it or name a context",
                           list->items[0].path);
}

static int refuse_insecure(const place *cluster, opsdk_error *err)
{
    bool skip;
    const char *proxy;
    int r = place_bool(cluster, "insecure-skip-tls-verify", &skip, err);

    if (r == 0)
        r = place_string(cluster, "proxy-url", &proxy, err);
    if (r < 0)
        return r;
    if (skip)
        return place_wrong(cluster, "insecure-skip-tls-verify",
                           "is refused: anybody could answer in the server's place; "
                           "give certificate-authority and, if need be, tls-server-name",
                           err);
    return proxy ? place_wrong(cluster, "proxy-url", "is not supported; remove it", err) : 0;
}

/* The extension that credential plugins are told about. */
static int read_plugin_config(const place *cluster, char **ret, opsdk_error *err)
{
    const json_t *list, *item;
    size_t i;
    int r = place_array(cluster, "extensions", &list, err);

    if (r < 0)
        return r;
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        if (name && strcmp(name, "client.authentication.k8s.io/exec") == 0 && !*ret)
            *ret = json_dumps(json_object_get(item, "extension"), JSON_COMPACT | JSON_ENCODE_ANY);
    }
    return 0;
}

static int read_cluster(const place *cluster, config *ret, opsdk_error *err)
{
    int r = refuse_insecure(cluster, err);

    if (r == 0)
        r = place_copy(cluster, "server", &ret->server, err);
    if (r == 0 && !ret->server)
        r = place_wrong(cluster, "server", "is missing", err);
    if (r == 0)
        r = place_copy(cluster, "tls-server-name", &ret->tls_server_name, err);
    if (r == 0)
        r = place_blob(cluster, "certificate-authority", &ret->ca, err);
    return r < 0 ? r : read_plugin_config(cluster, &ret->exec.cluster_config, err);
}

static char **string_list(size_t n)
{
    return calloc(n + 1, sizeof(char *));
}

static int read_args(const place *exec, config_exec *ret, opsdk_error *err)
{
    const json_t *list;
    int r = place_array(exec, "args", &list, err);

    if (r < 0 || !list)
        return r;
    ret->args = string_list(json_array_size(list));
    for (size_t i = 0; ret->args && i < json_array_size(list); i++) {
        const json_t *arg = json_array_get(list, i);
        if (!json_is_string(arg) || strlen(json_string_value(arg)) != json_string_length(arg))
            return place_wrong(exec, "args", "holds something that is not a string", err);
        ret->args[i] = strdup(json_string_value(arg));
        if (!ret->args[i])
            return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    }
    return ret->args ? 0 : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

static int read_variable(const place *exec, const json_t *item, char **ret, opsdk_error *err)
{
    const place at = {.file = exec->file, .map = json_is_object(item) ? item : NULL};
    const char *name, *value;

    if (place_string(&at, "name", &name, NULL) < 0 || place_string(&at, "value", &value, NULL) < 0 || !name ||
        strchr(name, '='))
        return place_wrong(exec, "env", "holds an entry that is not a name with a value", err);
    if (asprintf(ret, "%s=%s", name, value ? value : "") < 0) {
        *ret = NULL;
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    }
    return 0;
}

static int read_env(const place *exec, config_exec *ret, opsdk_error *err)
{
    const json_t *list;
    int r = place_array(exec, "env", &list, err);

    if (r < 0 || !list)
        return r;
    ret->env = string_list(json_array_size(list));
    if (!ret->env)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    for (size_t i = 0; r == 0 && i < json_array_size(list); i++)
        r = read_variable(exec, json_array_get(list, i), &ret->env[i], err);
    return r;
}

/* With a slash a command belongs to the file's folder, without one to PATH. */
static int read_command(const place *exec, config_exec *ret, opsdk_error *err)
{
    const char *command;
    int r = place_string(exec, "command", &command, err);

    if (r < 0)
        return r;
    if (!command)
        return place_wrong(exec, "command", "is missing", err);
    if (strchr(command, '/'))
        return kubefile_resolve(exec->file, command, &ret->command, err);
    return place_copy(exec, "command", &ret->command, err);
}

static int check_exec(const place *exec, const config_exec *c, opsdk_error *err)
{
    const char *mode;
    int r = place_string(exec, "interactiveMode", &mode, err);

    if (r < 0)
        return r;
    if (!c->api_version)
        return place_wrong(exec, "apiVersion", "is missing", err);
    if (strcmp(c->api_version, "client.authentication.k8s.io/v1") != 0 &&
        strcmp(c->api_version, "client.authentication.k8s.io/v1beta1") != 0)
        return place_wrong(exec, "apiVersion", "is neither client.authentication.k8s.io/v1 nor /v1beta1", err);
    if (mode && strcmp(mode, "Always") == 0)
        return place_wrong(exec, "interactiveMode", "is Always, but an operator has no terminal to ask at", err);
    return 0;
}

static int read_exec(const place *user, config_exec *ret, opsdk_error *err)
{
    place exec;
    int r = place_map(user, "exec", &exec, err);

    if (r < 0 || !exec.map)
        return r;
    r = read_command(&exec, ret, err);
    if (r == 0)
        r = place_copy(&exec, "apiVersion", &ret->api_version, err);
    if (r == 0)
        r = place_copy(&exec, "installHint", &ret->install_hint, err);
    if (r == 0)
        r = place_bool(&exec, "provideClusterInfo", &ret->cluster_info, err);
    if (r == 0)
        r = read_args(&exec, ret, err);
    if (r == 0)
        r = read_env(&exec, ret, err);
    return r < 0 ? r : check_exec(&exec, ret, err);
}

/* What would change who we are, or how we prove it, must not be passed over in silence. */
static int refuse_unknown(const place *user, opsdk_error *err)
{
    static const char *const fields[] = {"auth-provider", "as", "as-uid", "as-groups", "as-user-extra"};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const json_t *value = json_object_get(user->map, fields[i]);
        if (value && !json_is_null(value) &&
            json_string_length(value) + json_array_size(value) + json_object_size(value) > 0)
            return place_wrong(user, fields[i], i ? "(impersonation) is not supported" : "is not supported; use exec",
                               err);
    }
    return 0;
}

static int check_user(const place *user, const config *c, opsdk_error *err)
{
    bool token = c->token || c->token_file, basic = c->username || c->password;

    if (c->cert.data && !c->key.data)
        return place_wrong(user, "client-key", "is missing, but client-certificate is there", err);
    if (c->key.data && !c->cert.data)
        return place_wrong(user, "client-certificate", "is missing, but client-key is there", err);
    if (token + basic + (c->exec.command != NULL) > 1)
        return place_wrong(user, "", "has more than one of token, username and exec; keep one", err);
    return basic && !c->username ? place_wrong(user, "username", "is missing, but password is there", err) : 0;
}

static int read_user(const place *user, config *ret, opsdk_error *err)
{
    int r = refuse_unknown(user, err);

    if (r == 0)
        r = place_blob(user, "client-certificate", &ret->cert, err);
    if (r == 0)
        r = place_blob(user, "client-key", &ret->key, err);
    if (r == 0)
        r = place_copy(user, "token", &ret->token, err);
    if (r == 0)
        r = place_path(user, "tokenFile", &ret->token_file, err);
    if (r == 0)
        r = place_copy(user, "username", &ret->username, err);
    if (r == 0)
        r = place_copy(user, "password", &ret->password, err);
    if (r == 0)
        r = read_exec(user, &ret->exec, err);
    return r < 0 ? r : check_user(user, ret, err);
}

/* The cluster or user that the context names; complains when it is not in any file. */
static int follow(const files *list, const place *context, const char *field, const char *in, place *ret,
                  opsdk_error *err)
{
    const char *name;
    char what[160];
    int r = place_string(context, field, &name, err);

    *ret = (place){0};
    if (r < 0 || !name)
        return r;
    r = find(list, in, field, name, ret, err);
    if (r < 0)
        return r;
    snprintf(what, sizeof(what), "is \"%.100s\", of which there is none in %.20s", name, in);
    return ret->file ? 0 : place_wrong(context, field, what, err);
}

static int read_context(const files *list, const char *name, config *ret, opsdk_error *err)
{
    place context, cluster, user;
    int r = find(list, "contexts", "context", name, &context, err);

    if (r < 0)
        return r;
    if (!context.file)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: contexts holds none named \"%.100s\"", list->items[0].path,
                               name);
    if (asprintf(&ret->source, "kubeconfig %s, context %s", context.file->path, name) < 0) {
        ret->source = NULL;
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    }
    r = place_copy(&context, "namespace", &ret->ns, err);
    if (r == 0)
        r = follow(list, &context, "cluster", "clusters", &cluster, err);
    if (r == 0 && !cluster.file)
        r = place_wrong(&context, "cluster", "is missing", err);
    if (r == 0)
        r = read_cluster(&cluster, ret, err);
    if (r == 0)
        r = follow(list, &context, "user", "users", &user, err);
    return r < 0 || !user.file ? r : read_user(&user, ret, err);
}

int kubeconfig_load(const char *paths, const char *context, config *ret, opsdk_error *err)
{
    __attribute__((cleanup(files_clear))) files list = {0};
    int r = read_files(paths, &list, err);

    if (r == 0 && !context)
        r = current_context(&list, &context, err);
    return r < 0 ? r : read_context(&list, context, ret, err);
}
