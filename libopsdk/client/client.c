#include "client/client.h"
#include "client/http_pool.h"
#include "core/limits.h"

#include <errno.h>
#include <opsdk/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Printable ASCII only: it becomes a header or a query value. */
static char *printable(char *text)
{
    for (char *p = text; p && *p; p++) {
        if (*p < ' ' || *p > '~')
            *p = '?';
    }
    return text;
}

static int name_program(const opsdk_client_opts *opts, opsdk_client *c, opsdk_error *err)
{
    const char *program = program_invocation_short_name;

    c->field_manager = strdup(opts->field_manager ? opts->field_manager : program);
    if (opts->user_agent)
        c->user_agent = strdup(opts->user_agent);
    else if (asprintf(&c->user_agent, "%.64s/%s opsdk", program, OPSDK_VERSION) < 0)
        c->user_agent = NULL;
    if (!c->field_manager || !c->user_agent)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    printable(c->field_manager);
    printable(c->user_agent);
    if (strlen(c->field_manager) > 128)
        c->field_manager[128] = '\0'; /* the server's own limit */
    return 0;
}

static int fill(const opsdk_client_opts *opts, opsdk_client *c, opsdk_error *err)
{
    int r = config_load(opts, &c->cfg, err);

    if (r == 0)
        r = credential_new(&c->cfg, &c->cred, err);
    if (r == 0)
        r = name_program(opts, c, err);
    if (r < 0)
        return r;
    c->timeout_ms = opts->timeout_ms > 0 ? opts->timeout_ms : LIMIT_TIMEOUT_MS;
    c->max_body = opts->max_body ? opts->max_body : LIMIT_BODY;
    c->http = http_pool_new();
    return c->http ? 0 : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

int opsdk_client_new(const opsdk_client_opts *opts, opsdk_client **ret, opsdk_error *err)
{
    const opsdk_client_opts none = {0};
    opsdk_client *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    pthread_mutex_init(&c->lock, NULL);
    r = fill(opts ? opts : &none, c, err);
    if (r < 0) {
        opsdk_client_free(c);
        return r;
    }
    *ret = c;
    return 0;
}

opsdk_client *opsdk_client_free(opsdk_client *client)
{
    if (!client)
        return NULL;
    recorder_free(client->recorder);
    if (client->ws)
        ws_pool_free(client->ws);
    http_pool_free(client->http);
    credential_free(client->cred);
    config_clear(&client->cfg);
    free(client->field_manager);
    free(client->user_agent);
    pthread_mutex_destroy(&client->lock);
    free(client);
    return NULL;
}

const char *opsdk_client_namespace(const opsdk_client *client)
{
    return client->cfg.ns;
}

void opsdk_client_cancel(opsdk_client *client)
{
    atomic_store(&client->cancelled, true);
    credential_cancel(client->cred);
}
