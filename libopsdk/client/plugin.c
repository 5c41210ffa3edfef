#include "client/plugin.h"
#include "client/clock.h"
#include "client/file.h"
#include "core/base64.h"
#include "core/limits.h"
#include "core/time.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOT_FOUND 127 /* how posix_spawn may tell of a program that is not there, by its manual */

static const char variable[] = "KUBERNETES_EXEC_INFO=";

void plugin_result_clear(plugin_result *r)
{
    if (r->token)
        explicit_bzero(r->token, strlen(r->token));
    free(r->token);
    config_blob_clear(&r->cert);
    config_blob_clear(&r->key);
    *r = (plugin_result){0};
}

static json_t *cluster_info(const config *cfg)
{
    auto_buf ca = BUF_INIT(2 * (size_t)LIMIT_CONFIG_FILE);
    json_t *cluster = json_pack("{s:s}", "server", cfg->server);

    if (cfg->tls_server_name)
        json_object_set_new(cluster, "tls-server-name", json_string(cfg->tls_server_name));
    if (cfg->ca.data) {
        base64_encode(cfg->ca.data, cfg->ca.len, &ca);
        json_object_set_new(cluster, "certificate-authority-data", ca.failed ? NULL : json_string(ca.data));
    }
    if (cfg->exec.cluster_config)
        json_object_set_new(cluster, "config", json_loads(cfg->exec.cluster_config, JSON_DECODE_ANY, NULL));
    return cluster;
}

/* "KUBERNETES_EXEC_INFO={...}"; the caller's. */
static char *exec_info(const config *cfg)
{
    json_t *spec = json_pack("{s:b}", "interactive", 0), *root;
    char *text, *ret = NULL;

    if (spec && cfg->exec.cluster_info)
        json_object_set_new(spec, "cluster", cluster_info(cfg));
    root = json_pack("{s:s, s:s, s:o}", "apiVersion", cfg->exec.api_version, "kind", "ExecCredential", "spec", spec);
    text = json_dumps(root, JSON_COMPACT);
    if (text && asprintf(&ret, "%s%s", variable, text) < 0)
        ret = NULL;
    json_decref(root);
    free(text);
    return ret;
}

static bool same_name(const char *a, const char *b)
{
    size_t n = strcspn(a, "=");

    return strncmp(a, b, n + 1) == 0;
}

static size_t length(char **list)
{
    size_t n = 0;

    while (list && list[n])
        n++;
    return n;
}

/* Ours, the plugin's own variables and info, later ones in place of earlier ones.  Only the array is the caller's. */
static char **environment(char **own, char *info)
{
    size_t n = 0, most = length(environ) + length(own) + 2;
    char **ret = calloc(most, sizeof(*ret));

    for (char **p = environ; ret && p && *p; p++) {
        bool replaced = same_name(variable, *p);
        for (char **q = own; q && *q && !replaced; q++)
            replaced = same_name(*q, *p);
        if (!replaced && n < most - 2 - length(own))
            ret[n++] = *p;
    }
    for (char **p = own; ret && p && *p; p++) {
        if (!same_name(variable, *p))
            ret[n++] = *p;
    }
    if (ret)
        ret[n] = info;
    return ret;
}

static char **arguments(const config_exec *exec)
{
    char **ret = calloc(length(exec->args) + 2, sizeof(*ret));

    if (!ret)
        return NULL;
    ret[0] = exec->command;
    for (size_t i = 0; i < length(exec->args); i++)
        ret[i + 1] = exec->args[i];
    return ret;
}

/* stdout is the pipe, stdin and stderr lead nowhere, all else is closed; a process group of its own, to be killed as one. */
static int spawn_with(const char *command, char **argv, char **env, int out, pid_t *ret)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int r;

    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&files) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    r = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    r = r ? r : posix_spawn_file_actions_adddup2(&files, out, 1);
    r = r ? r : posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    r = r ? r : posix_spawn_file_actions_addclosefrom_np(&files, 3);
    r = r ? r : posix_spawnattr_setpgroup(&attributes, 0);
    r = r ? r : posix_spawnattr_setsigmask(&attributes, &none);
    r = r ? r : posix_spawnattr_setsigdefault(&attributes, &all);
    r = r ? r
          : posix_spawnattr_setflags(&attributes,
                                     POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    r = r ? r : posix_spawnp(ret, command, &files, &attributes, argv, env);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return r;
}

static int not_run(const config *cfg, int code, opsdk_error *err)
{
    const char *hint = cfg->exec.install_hint;

    return opsdk_error_set(err, code == ENOMEM ? OPSDK_ENOMEM : OPSDK_EAUTH, "%s: credential plugin %s: %s%s%s",
                           cfg->source, cfg->exec.command, strerror(code), hint ? "; " : "", hint ? hint : "");
}

static int spawn(const config *cfg, int out, pid_t *ret, opsdk_error *err)
{
    char *info = exec_info(cfg);
    char **argv = arguments(&cfg->exec), **env = environment(cfg->exec.env, info);
    int r = info && argv && env ? spawn_with(cfg->exec.command, argv, env, out, ret) : ENOMEM;

    free(env);
    free(argv);
    free(info);
    if (r == 0)
        return 0;
    return not_run(cfg, r, err);
}

/* When to stop. */
typedef struct limit {
    int64_t deadline_ms; /* monotonic */
    const atomic_bool *cancelled;
} limit;

static int check_limit(const limit *l)
{
    if (l->cancelled && atomic_load(l->cancelled))
        return OPSDK_ECANCELED;
    return clock_ms() < l->deadline_ms ? 0 : OPSDK_ETIMEOUT;
}

/* Up to the end of the output; OPSDK_EPROTO when that is too far away. */
static int collect(int in, const limit *l, buf *out)
{
    for (;;) {
        struct pollfd p = {.fd = in, .events = POLLIN};
        int r = check_limit(l);
        char piece[4096];
        ssize_t n;

        if (r < 0)
            return r;
        if (poll(&p, 1, LIMIT_LOOK_MS) <= 0)
            continue;
        n = read(in, piece, sizeof(piece));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? OPSDK_EIO : 0;
        buf_add(out, piece, (size_t)n);
        explicit_bzero(piece, sizeof(piece));
        if (out->failed)
            return OPSDK_EPROTO;
    }
}

/* Waits for the end, and brings it about at the limit.  *ret_status is 0 when there is none: the program ignores SIGCHLD. */
static int reap(pid_t pid, const limit *l, int *ret_status)
{
    const struct timespec nap = {.tv_nsec = 2000000};
    int r = 0;

    *ret_status = 0;
    for (;;) {
        pid_t ended = waitpid(pid, ret_status, WNOHANG);
        if (ended == pid || (ended < 0 && errno != EINTR))
            return r;
        if (r == 0)
            r = check_limit(l);
        if (r < 0)
            kill(-pid, SIGKILL);
        nanosleep(&nap, NULL);
    }
}

static int explain(const config *cfg, int r, int timeout_ms, opsdk_error *err)
{
    const char *name = cfg->exec.command;

    if (r == OPSDK_ETIMEOUT)
        return opsdk_error_set(err, r, "%s: credential plugin %s took longer than %d ms", cfg->source, name,
                               timeout_ms);
    if (r == OPSDK_ECANCELED)
        return opsdk_error_set(err, r, "%s: credential plugin %s: the client is cancelled", cfg->source, name);
    if (r == OPSDK_EPROTO)
        return opsdk_error_set(err, OPSDK_EAUTH, "%s: credential plugin %s printed more than %u bytes", cfg->source,
                               name, LIMIT_PLUGIN_OUTPUT);
    return opsdk_error_set(err, OPSDK_EIO, "%s: the output of credential plugin %s cannot be read", cfg->source, name);
}

static int run(const config *cfg, int timeout_ms, const atomic_bool *cancelled, buf *out, opsdk_error *err)
{
    const limit until = {clock_ms() + timeout_ms, cancelled}, at_once = {0};
    int ends[2], r, ended, status;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return opsdk_error_set(err, OPSDK_EIO, "pipe for the credential plugin: %s", strerror(errno));
    r = spawn(cfg, ends[1], &pid, err);
    close(ends[1]);
    if (r < 0) {
        close(ends[0]);
        return r;
    }
    r = collect(ends[0], &until, out);
    close(ends[0]);
    ended = reap(pid, r < 0 ? &at_once : &until, &status);
    r = r < 0 ? r : ended;
    if (r < 0)
        return explain(cfg, r, timeout_ms, err);
    if (status == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
        return not_run(cfg, ENOENT, err);
    return opsdk_error_set(err, OPSDK_EAUTH, "%s: credential plugin %s %s %d; run it by hand to see why", cfg->source,
                           cfg->exec.command, WIFEXITED(status) ? "exited with" : "was ended by signal",
                           WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static int wrong(const config *cfg, const char *what, opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_EAUTH, "%s: the output of credential plugin %s %s", cfg->source,
                           cfg->exec.command, what);
}

/* A copy of a string member without NUL inside; NULL: not there. */
static char *text_of(const json_t *map, const char *name)
{
    const json_t *value = json_object_get(map, name);
    const char *text = json_string_value(value);

    return text && *text && strlen(text) == json_string_length(value) ? strdup(text) : NULL;
}

static int read_expiry(const config *cfg, const json_t *status, plugin_result *ret, opsdk_error *err)
{
    const json_t *value = json_object_get(status, "expirationTimestamp");

    if (!value || json_is_null(value))
        return 0;
    if (!json_is_string(value) || !time_parse(json_string_value(value), &ret->expires_ms))
        return wrong(cfg, "has an expirationTimestamp that is not a time", err);
    return 0;
}

static int read_status(const config *cfg, const json_t *status, plugin_result *ret, opsdk_error *err)
{
    ret->token = text_of(status, "token");
    ret->cert.data = text_of(status, "clientCertificateData");
    ret->key.data = text_of(status, "clientKeyData");
    ret->cert.len = ret->cert.data ? strlen(ret->cert.data) : 0;
    ret->key.len = ret->key.data ? strlen(ret->key.data) : 0;
    if (!ret->cert.data != !ret->key.data)
        return wrong(cfg, "has only one of clientCertificateData and clientKeyData", err);
    if (!ret->token && !ret->cert.data)
        return wrong(cfg, "has neither status.token nor status.clientCertificateData", err);
    return read_expiry(cfg, status, ret, err);
}

static int read_output(const config *cfg, const buf *out, plugin_result *ret, opsdk_error *err)
{
    json_t *root = out->len ? json_loadb(out->data, out->len, 0, NULL) : NULL;
    const char *kind = json_string_value(json_object_get(root, "kind"));
    const char *version = json_string_value(json_object_get(root, "apiVersion"));
    int r;

    if (!json_is_object(root))
        r = wrong(cfg, "is not a JSON object", err);
    else if (!kind || strcmp(kind, "ExecCredential") != 0)
        r = wrong(cfg, "has a kind that is not ExecCredential", err);
    else if (!version || strcmp(version, cfg->exec.api_version) != 0)
        r = wrong(cfg, "has another apiVersion than the kubeconfig asks for", err);
    else
        r = read_status(cfg, json_object_get(root, "status"), ret, err);
    json_decref(root);
    return r;
}

int plugin_run(const config *cfg, int timeout_ms, const atomic_bool *cancelled, plugin_result *ret, opsdk_error *err)
{
    auto_secret out = BUF_INIT(LIMIT_PLUGIN_OUTPUT);
    int r = run(cfg, timeout_ms, cancelled, &out, err);

    *ret = (plugin_result){0};
    if (r == 0)
        r = read_output(cfg, &out, ret, err);
    if (r < 0)
        plugin_result_clear(ret);
    return r;
}
