/* The file by which clients find this server. */
#include "apiserver/apiserver.h"
#include "apiserver/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_file(const apiserver *s, int fd)
{
    int r =
        dprintf(fd,
                "apiVersion: v1\nkind: Config\ncurrent-context: opsdk-dev\n"
                "contexts:\n- {name: opsdk-dev, context: {cluster: opsdk-dev, user: opsdk-dev, namespace: default}}\n"
                "clusters:\n- {name: opsdk-dev, cluster: {server: \"%s\"}}\n"
                "users:\n- {name: opsdk-dev, user: {}}\n",
                http_url(s));

    return close(fd) == 0 && r > 0 ? 0 : -1;
}

/* Beside others' files, readable by this user alone. */
int kubeconfig_make(apiserver *s, opsdk_error *err)
{
    const char *dir = getenv("TMPDIR");
    int fd;

    if (asprintf(&s->kubeconfig, "%s/opsdk-dev-XXXXXX", dir && *dir ? dir : "/tmp") < 0) {
        s->kubeconfig = NULL;
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    }
    fd = mkostemp(s->kubeconfig, O_CLOEXEC);
    if (fd < 0 || write_file(s, fd) < 0)
        return opsdk_error_set(err, OPSDK_EIO, "%s: cannot be written: %s", s->kubeconfig, strerror(errno));
    return 0;
}

void kubeconfig_remove(apiserver *s)
{
    if (s->kubeconfig)
        unlink(s->kubeconfig);
    free(s->kubeconfig);
    s->kubeconfig = NULL;
}

const char *opsdk_apiserver_kubeconfig(const opsdk_apiserver *server)
{
    return server->kubeconfig;
}
