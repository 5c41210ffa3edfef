/* The files by which clients find this server, and are known to it. */
#include "apiserver/apiserver.h"
#include "apiserver/auth/auth.h"
#include "apiserver/auth/tls.h"
#include "apiserver/auth/token.h"
#include "apiserver/auth/user.h"
#include "apiserver/http.h"
#include "apiserver/limits.h"
#include "core/base64.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct kubeconfig {
    char *path;
    struct kubeconfig *next;
};

static void put_data(buf *out, const char *key, const char *pem)
{
    buf_printf(out, "    %s: ", key);
    base64_encode(pem, strlen(pem), out);
    buf_addc(out, '\n');
}

/* Users show a certificate, as kubeadm's do, and service accounts a token; without TLS it is tokens for all. */
static int put_credentials(const apiserver *s, const user_info *user, buf *out)
{
    auto_buf certificate = BUF_INIT(LIMIT_TOKEN), key = BUF_INIT(LIMIT_TOKEN);
    account_name account;
    char *token;

    if (s->tls && !user_account(user->name, &account)) {
        if (tls_issue(s->tls, user, &certificate, &key) < 0)
            return -1;
        put_data(out, "client-certificate-data", certificate.data);
        put_data(out, "client-key-data", key.data);
        return 0;
    }
    token = token_for(s, user);
    buf_printf(out, "    token: %s\n", token ? token : "");
    free(token);
    return token ? 0 : -1;
}

int kubeconfig_text(const apiserver *s, const user_info *user, buf *out)
{
    buf_printf(out,
               "apiVersion: v1\nkind: Config\ncurrent-context: opsdk-dev\n"
               "contexts:\n- {name: opsdk-dev, context: {cluster: opsdk-dev, user: opsdk-dev, namespace: default}}\n"
               "clusters:\n- name: opsdk-dev\n  cluster:\n    server: \"%s\"\n",
               http_url(s));
    if (s->tls)
        put_data(out, "certificate-authority-data", tls_authority(s->tls));
    buf_printf(out, "users:\n- name: opsdk-dev\n  user:%s\n", user ? "" : " {}");
    if (user && put_credentials(s, user, out) < 0)
        return -1;
    return out->failed ? -1 : 0;
}

static int write_file(int fd, const buf *text)
{
    ssize_t n = write(fd, text->data, text->len);

    return close(fd) == 0 && n == (ssize_t)text->len ? 0 : -1;
}

static struct kubeconfig *add(apiserver *s)
{
    const char *dir = getenv("TMPDIR");
    struct kubeconfig *k = calloc(1, sizeof(*k));

    if (!k || asprintf(&k->path, "%s/opsdk-dev-XXXXXX", dir && *dir ? dir : "/tmp") < 0) {
        free(k);
        return NULL;
    }
    k->next = s->kubeconfigs;
    s->kubeconfigs = k;
    return k;
}

/* Beside others' files, readable by this user alone. */
static int make(apiserver *s, const user_info *user, opsdk_error *err)
{
    auto_buf text = BUF_INIT(LIMIT_TOKEN + LIMIT_HEADERS);
    struct kubeconfig *k = kubeconfig_text(s, user, &text) == 0 ? add(s) : NULL;
    int fd;

    if (!k)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    fd = mkostemp(k->path, O_CLOEXEC);
    if (fd < 0 || write_file(fd, &text) < 0)
        return opsdk_error_set(err, OPSDK_EIO, "%s: cannot be written: %s", k->path, strerror(errno));
    return 0;
}

int kubeconfig_make(apiserver *s, opsdk_error *err)
{
    user_info admin = {0};
    int r;

    if (s->opts.rbac && (user_set(&admin, AUTH_ADMIN) < 0 || user_join(&admin, GROUP_MASTERS) < 0))
        r = opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    else
        r = make(s, s->opts.rbac ? &admin : NULL, err);
    if (r == 0)
        s->own_kubeconfig = s->kubeconfigs->path;
    user_info_clear(&admin);
    return r;
}

void kubeconfig_remove(apiserver *s)
{
    for (struct kubeconfig *k = s->kubeconfigs, *next; k; k = next) {
        next = k->next;
        unlink(k->path);
        free(k->path);
        free(k);
    }
    s->kubeconfigs = NULL;
}

/* ---- the public functions ---- */

const char *opsdk_apiserver_kubeconfig(const opsdk_apiserver *server)
{
    return server->own_kubeconfig;
}

int opsdk_apiserver_kubeconfig_for(opsdk_apiserver *s, const char *user, const char *const *groups, const char **ret,
                                   opsdk_error *err)
{
    user_info who = {0};
    int r;

    if (!user || !*user)
        return opsdk_error_set(err, OPSDK_EINVAL, "a kubeconfig is for a user; there is none");
    pthread_mutex_lock(&s->lock);
    r = user_of(&who, user, groups);
    if (r < 0)
        r = opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    else
        r = make(s, &who, err);
    if (r == 0)
        *ret = s->kubeconfigs->path;
    pthread_mutex_unlock(&s->lock);
    user_info_clear(&who);
    return r;
}
