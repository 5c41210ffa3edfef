#include "apiserver/apiserver.h"
#include "apiserver/auth/auth.h"
#include "apiserver/auth/tls.h"
#include "apiserver/controllers.h"
#include "apiserver/crd/crds.h"
#include "apiserver/discovery/discovery.h"
#include "apiserver/discovery/openapi.h"
#include "apiserver/fault.h"
#include "apiserver/hooks/hooks.h"
#include "apiserver/http.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/pods/pods.h"
#include "apiserver/recorder.h"
#include "client/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t apiserver_now_us(const apiserver *s)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 + s->skew_ms * 1000;
}

const char *apiserver_time_in(const apiserver *s, int64_t seconds, char *room)
{
    time_t t = (time_t)(apiserver_now_us(s) / 1000000 + seconds);
    struct tm tm;

    strftime(room, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
    return room;
}

const char *apiserver_time(const apiserver *s, char *room)
{
    return apiserver_time_in(s, 0, room);
}

/* The server's copy of an option; NULL when that fails, so that nothing is freed that is the author's. */
static int own(const char **text)
{
    const char *given = *text;

    *text = given ? strdup(given) : NULL;
    return given && !*text ? -1 : 0;
}

static int create(apiserver *s, const opsdk_apiserver_opts *opts, opsdk_error *err)
{
    int listening;

    pthread_mutex_init(&s->lock, NULL);
    s->opts = opts ? *opts : (opsdk_apiserver_opts){0};
    listening = own(&s->opts.listen);
    if (own(&s->opts.webhooks) < 0 || listening < 0)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    s->faults = faults_new();
    s->recorder = recorder_new();
    s->hooks = hooks_new();
    s->objects = store_new();
    s->resources = registry_new();
    s->auth = auth_new();
    s->kinds = s->auth && s->hooks && s->faults && s->recorder && s->objects && s->resources
                   ? kinds_new(s->resources, s->objects)
                   : NULL;
    s->crds = s->kinds ? crds_new(s) : NULL;
    if (!s->crds || (!s->opts.no_controllers && controllers_start(s) < 0))
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    return pods_start(s, err);
}

/* Clients send no token where there is no TLS, so that roles ask for it; but for a Unix socket, where there is none. */
static int prepare_tls(apiserver *s, opsdk_error *err)
{
    const char *listen = s->opts.listen ? s->opts.listen : "";
    char host[256];

    if ((!s->opts.rbac && !s->opts.tls) || strncmp(listen, "unix:", 5) == 0)
        return 0;
    snprintf(host, sizeof(host), "%.*s", (int)(strrchr(listen, ':') ? strrchr(listen, ':') - listen : 0), listen);
    s->tls = tls_new(host);
    return s->tls ? 0 : opsdk_error_set(err, OPSDK_EIO, "OpenSSL could not make the certificates");
}

int opsdk_apiserver_start(const opsdk_apiserver_opts *opts, opsdk_apiserver **ret, opsdk_error *err)
{
    apiserver *s = calloc(1, sizeof(*s));
    int r;

    if (!s)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    r = create(s, opts, err);
    if (r == 0 && (kinds_populate(s) < 0 || auth_populate(s) < 0))
        r = opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    if (r == 0)
        r = prepare_tls(s, err);
    if (r == 0)
        r = http_start(s, err);
    if (r == 0)
        r = kubeconfig_make(s, err);
    if (r < 0)
        opsdk_apiserver_stop(s);
    else
        *ret = s;
    return r;
}

const char *opsdk_apiserver_url(const opsdk_apiserver *server)
{
    return http_url(server);
}

opsdk_apiserver *opsdk_apiserver_stop(opsdk_apiserver *s)
{
    if (!s)
        return NULL;
    hooks_stop(s);
    pods_stop(s);
    http_stop(s);
    pods_free(s);
    kubeconfig_remove(s);
    openapi_free(s->openapi);
    discovery_free(s->discovery);
    crds_free(s->crds);
    kinds_free(s->kinds);
    controllers_stop(s);
    recorder_free(s->recorder);
    hooks_free(s->hooks);
    faults_free(s->faults);
    auth_free(s->auth);
    tls_free(s->tls);
    registry_free(s->resources);
    store_free(s->objects);
    pthread_mutex_destroy(&s->lock);
    free((char *)s->opts.listen);
    free((char *)s->opts.webhooks);
    free(s);
    return NULL;
}
