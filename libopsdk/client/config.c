#include "client/config.h"
#include "client/incluster.h"
#include "client/kubeconfig.h"
#include "client/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void config_blob_clear(config_blob *b)
{
    if (b->data)
        explicit_bzero(b->data, b->len);
    free(b->data);
    free(b->file);
    *b = (config_blob){0};
}

static void list_free(char **list)
{
    for (char **p = list; p && *p; p++)
        wipe(*p);
    free(list);
}

void config_clear(config *c)
{
    free(c->server);
    free(c->tls_server_name);
    free(c->ns);
    free(c->source);
    config_blob_clear(&c->ca);
    config_blob_clear(&c->cert);
    config_blob_clear(&c->key);
    wipe(c->token);
    free(c->token_file);
    wipe(c->username);
    wipe(c->password);
    free(c->exec.api_version);
    free(c->exec.command);
    list_free(c->exec.args);
    list_free(c->exec.env);
    free(c->exec.install_hint);
    free(c->exec.cluster_config);
    *c = (config){0};
}

static const char *nonempty(const char *text)
{
    return text && *text ? text : NULL;
}

static int load_home(const char *context, config *ret, opsdk_error *err)
{
    const char *home = nonempty(getenv("HOME"));
    char *path = NULL;
    int r;

    if (home && asprintf(&path, "%s/.kube/config", home) < 0)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    r = path ? kubeconfig_load(path, context, ret, err) : OPSDK_ENOTFOUND;
    if (r == OPSDK_ENOTFOUND)
        r = opsdk_error_set(
            err, OPSDK_ENOTFOUND,
            "no configuration: not in a pod with a service account, KUBECONFIG is not set and %s is not there",
            path ? path : "~/.kube/config");
    free(path);
    return r;
}

static int load(const opsdk_client_opts *opts, config *ret, opsdk_error *err)
{
    const char *paths = nonempty(opts->kubeconfig), *context = nonempty(opts->context);

    if (paths)
        return kubeconfig_load(paths, context, ret, err);
    if (!context && incluster_possible())
        return incluster_load(ret, err);
    paths = nonempty(getenv("KUBECONFIG"));
    return paths ? kubeconfig_load(paths, context, ret, err) : load_home(context, ret, err);
}

/* Credentials must not cross a wire that others can read. */
static int check_server(config *c, opsdk_error *err)
{
    bool secrets = c->token || c->token_file || c->username || c->exec.command || c->cert.data;
    auto_server s = {0};
    int r = server_parse(c->server, &s, err);
    char *normal;

    if (r < 0)
        return opsdk_error_wrap(err, 0, "%s", c->source);
    if (!s.tls && !s.loopback && secrets)
        return opsdk_error_set(err, OPSDK_EINVAL,
                               "%s: server %s is plain http, and there are credentials to protect; use https",
                               c->source, c->server);
    if (asprintf(&normal, "%s://%s%s", s.tls ? "https" : "http", s.authority, s.prefix) < 0)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    free(c->server);
    c->server = normal;
    return 0;
}

int config_load(const opsdk_client_opts *opts, config *ret, opsdk_error *err)
{
    const opsdk_client_opts none = {0};
    const char *ns;
    int r;

    *ret = (config){0};
    opts = opts ? opts : &none;
    r = load(opts, ret, err);
    if (r == 0)
        r = check_server(ret, err);
    if (r < 0)
        return r;

    ns = nonempty(opts->ns) ? opts->ns : nonempty(ret->ns) ? NULL : "default";
    if (!ns)
        return 0;
    free(ret->ns);
    ret->ns = strdup(ns);
    return ret->ns ? 0 : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}
