#include "client/incluster.h"
#include "client/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

static char *in_folder(const char *file)
{
    const char *folder = variable("OPSDK_SERVICEACCOUNT_DIR");
    char *path;

    return asprintf(&path, "%s/%s", folder ? folder : FOLDER, file) < 0 ? NULL : path;
}

bool incluster_possible(void)
{
    char *path;
    bool there;

    if (!variable("KUBERNETES_SERVICE_HOST") || !variable("KUBERNETES_SERVICE_PORT"))
        return false;
    path = in_folder("token");
    there = path && access(path, F_OK) == 0;
    free(path);
    return there;
}

/* One line of a file, without the white space around it. */
static int read_line(const char *file, char **ret, opsdk_error *err)
{
    auto_buf text = {0};
    char *path = in_folder(file), *start;
    int r;

    if (!path)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    r = file_load(path, &text, err);
    free(path);
    if (r < 0)
        return r;
    start = text.data ? text.data + strspn(text.data, " \t\r\n") : NULL;
    *ret = start ? strndup(start, strcspn(start, " \t\r\n")) : NULL;
    return *ret ? 0 : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

int incluster_load(config *ret, opsdk_error *err)
{
    const char *host = variable("KUBERNETES_SERVICE_HOST"), *port = variable("KUBERNETES_SERVICE_PORT");
    auto_buf ca = {0};
    int r;

    if (!host || !port)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "not in a cluster: KUBERNETES_SERVICE_HOST or _PORT is not set");
    if (asprintf(&ret->server, strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port) < 0)
        ret->server = NULL;
    ret->source = strdup("in-cluster");
    ret->token_file = in_folder("token");
    ret->ca.file = in_folder("ca.crt");
    if (!ret->server || !ret->source || !ret->token_file || !ret->ca.file)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");

    r = file_load(ret->ca.file, &ca, err);
    if (r < 0)
        return r;
    ret->ca.data = buf_take(&ca, &ret->ca.len);
    if (!ret->ca.data)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    return read_line("namespace", &ret->ns, err);
}
