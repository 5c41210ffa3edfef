#include "client/credential.h"
#include "client/clock.h"
#include "client/file.h"
#include "client/plugin.h"
#include "core/base64.h"
#include "core/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct credential {
    const config *cfg;
    atomic_bool cancelled;
    pthread_mutex_t lock; /* of all below; held while the plugin runs, so that others wait for its token */
    char *token;          /* last good one of the token file */
    int64_t read_at_ms;   /* monotonic; 0: never */
    plugin_result plugin;
    bool plugin_ran;
    bool refused; /* what is known now */
};

int credential_new(const config *cfg, credential **ret, opsdk_error *err)
{
    credential *c = calloc(1, sizeof(*c));

    if (!c)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    c->cfg = cfg;
    pthread_mutex_init(&c->lock, NULL);
    *ret = c;
    return 0;
}

void credential_cancel(credential *c)
{
    atomic_store(&c->cancelled, true);
}

static void forget_token(credential *c)
{
    if (c->token)
        explicit_bzero(c->token, strlen(c->token));
    free(c->token);
    c->token = NULL;
}

credential *credential_free(credential *c)
{
    if (!c)
        return NULL;
    forget_token(c);
    plugin_result_clear(&c->plugin);
    pthread_mutex_destroy(&c->lock);
    free(c);
    return NULL;
}

/* A token is one line of printable characters: anything else would be another header. */
static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    }
    return len > 0;
}

/* Reads the token file again; a failure counts only when there is nothing to go on with. */
static int read_token(credential *c, opsdk_error *err)
{
    auto_secret text = {0};
    const char *start;
    size_t len;
    int r = file_load(c->cfg->token_file, &text, err);

    if (r < 0)
        return c->token || c->cfg->token ? 0 : opsdk_error_wrap(err, OPSDK_EAUTH, "%s: token", c->cfg->source);
    start = text.data ? text.data : "";
    start += strspn(start, " \t\r\n");
    len = text.data ? text.len - (size_t)(start - text.data) : 0;
    while (len > 0 && strchr(" \t\r\n", start[len - 1]))
        len--;
    if (!is_token(start, len))
        return c->token || c->cfg->token
                   ? 0
                   : opsdk_error_set(err, OPSDK_EAUTH, "%s: %s holds no token", c->cfg->source, c->cfg->token_file);
    forget_token(c);
    c->token = strndup(start, len);
    return c->token ? 0 : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

static int file_token(credential *c, bool refresh, opsdk_error *err)
{
    int64_t now = clock_ms();

    if (!refresh && c->read_at_ms && now - c->read_at_ms < LIMIT_TOKEN_AGE_MS)
        return 0;
    c->read_at_ms = now;
    return read_token(c, err);
}

static int plugin_token(credential *c, bool refresh, opsdk_error *err)
{
    plugin_result fresh;
    bool expired = c->plugin.expires_ms && c->plugin.expires_ms <= clock_wall_ms();
    int r;

    if (c->plugin_ran && !refresh && !expired)
        return 0;
    r = plugin_run(c->cfg, LIMIT_PLUGIN_MS, &c->cancelled, &fresh, err);
    if (r < 0)
        return r;
    if (fresh.token && !is_token(fresh.token, strlen(fresh.token))) {
        plugin_result_clear(&fresh);
        return opsdk_error_set(err, OPSDK_EAUTH,
                               "%s: credential plugin %s gave a token with characters that no token has",
                               c->cfg->source, c->cfg->exec.command);
    }
    plugin_result_clear(&c->plugin);
    c->plugin = fresh;
    c->plugin_ran = true;
    return 0;
}

static void add_basic(const config *cfg, buf *ret)
{
    auto_secret pair = BUF_INIT(LIMIT_HEADER);

    buf_puts(&pair, cfg->username);
    buf_addc(&pair, ':');
    buf_puts(&pair, cfg->password ? cfg->password : "");
    buf_puts(ret, "Basic ");
    if (pair.failed)
        ret->failed = true;
    else
        base64_encode(pair.data, pair.len, ret);
}

/* What is known now. */
static void add_current(const credential *c, buf *ret)
{
    const config *cfg = c->cfg;
    const char *token = c->token ? c->token : cfg->token ? cfg->token : c->plugin.token;

    if (token) {
        buf_puts(ret, "Bearer ");
        buf_puts(ret, token);
    } else if (cfg->username)
        add_basic(cfg, ret);
}

/* Whether what was refused has been replaced already, by another thread that met the same refusal. */
static bool is_replaced(const credential *c, const buf *refused)
{
    auto_secret now = BUF_INIT(LIMIT_HEADER);

    if (refused->len == 0)
        return false;
    add_current(c, &now);
    return !now.failed && now.len > 0 && strcmp(now.data, refused->data) != 0;
}

static int renew(credential *c, bool refresh, opsdk_error *err)
{
    if (c->cfg->token && !is_token(c->cfg->token, strlen(c->cfg->token)))
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: token holds characters that no token has", c->cfg->source);
    if (c->cfg->token_file)
        return file_token(c, refresh, err);
    return c->cfg->exec.command ? plugin_token(c, refresh, err) : 0;
}

int credential_authorization(credential *c, bool refresh, buf *ret, opsdk_error *err)
{
    int r;

    pthread_mutex_lock(&c->lock);
    r = renew(c, c->refused || (refresh && !is_replaced(c, ret)), err);
    c->refused = false;
    if (refresh)
        buf_reset(ret);
    if (r == 0)
        add_current(c, ret);
    pthread_mutex_unlock(&c->lock);
    if (r == 0 && ret->failed)
        r = opsdk_error_set(err, OPSDK_EAUTH, "%s: token is larger than %u bytes", c->cfg->source, LIMIT_HEADER);
    return r;
}

void credential_refused(credential *c, const char *authorization)
{
    auto_secret now = BUF_INIT(LIMIT_HEADER);

    pthread_mutex_lock(&c->lock);
    add_current(c, &now);
    if (!now.failed && now.len > 0 && strcmp(now.data, authorization) == 0)
        c->refused = true;
    pthread_mutex_unlock(&c->lock);
}

static int blob_copy(const config_blob *from, config_blob *ret)
{
    *ret = (config_blob){0};
    if (!from->data)
        return 0;
    ret->data = malloc(from->len + 1);
    if (!ret->data)
        return OPSDK_ENOMEM;
    memcpy(ret->data, from->data, from->len);
    ret->data[from->len] = '\0';
    ret->len = from->len;
    return 0;
}

int credential_certificate(credential *c, config_blob *ret_cert, config_blob *ret_key, opsdk_error *err)
{
    int r;

    pthread_mutex_lock(&c->lock);
    r = c->cfg->exec.command ? plugin_token(c, false, err) : 0;
    if (r == 0 && (blob_copy(&c->plugin.cert, ret_cert) < 0 || blob_copy(&c->plugin.key, ret_key) < 0)) {
        config_blob_clear(ret_cert);
        r = opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    }
    pthread_mutex_unlock(&c->lock);
    return r;
}
