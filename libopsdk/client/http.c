#include "client/http.h"
#include "client/client.h"
#include "client/clock.h"
#include "client/file.h"
#include "client/http_pool.h"
#include "client/http_transfer.h"
#include "core/limits.h"

#include <signal.h>
#include <string.h>
#include <time.h>

/* One http_call over its tries. */
typedef struct call {
    opsdk_client *client;
    const http_request *rq;
    http_reply *reply;
    int64_t deadline_ms;
    buf *authorization;
    bool fresh; /* not on a kept connection */
    bool stale; /* out: the kept connection was closed already */
} call;

/* False once the client is cancelled. */
static bool nap(const opsdk_client *c, int64_t ms)
{
    const struct timespec step = {.tv_nsec = LIMIT_LOOK_MS * 1000000L};
    int64_t until = clock_ms() + ms;

    while (clock_ms() < until && !atomic_load(&c->cancelled))
        nanosleep(&step, NULL);
    return !atomic_load(&c->cancelled);
}

/* With curl_easy_perform in a thread that may not have SIGPIPE ignored: a TLS write to a closed connection must not end the
 * process, and the handler belongs to the program. */
static CURLcode perform_quietly(CURL *easy)
{
    const struct timespec now = {0};
    sigset_t pipe, before, pending;
    CURLcode result;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    result = curl_easy_perform(easy);
    if (!sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

static int perform(call *k, http_transfer *t, CURL *easy, opsdk_error *err)
{
    int64_t left = k->deadline_ms - clock_ms();
    CURLcode result;
    int r;

    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)LIMIT_SLOW_BYTES);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)LIMIT_SLOW_S);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)k->fresh);
    result = perform_quietly(easy);
    k->stale = result != CURLE_OK && http_transfer_was_stale(t, result);
    r = http_transfer_result(t, result, err);
    if (r == 0 && k->reply)
        http_transfer_take(t, k->reply);
    return r;
}

static int attempt(call *k, opsdk_error *err)
{
    CURL *easy = http_pool_take(k->client->http);
    http_transfer *t = NULL;
    int r;

    if (!easy)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    r = http_transfer_on(k->client, k->rq, easy, k->authorization->len ? k->authorization->data : "", &t, err);
    if (r == 0)
        r = perform(k, t, easy, err);
    http_pool_give(k->client->http, easy); /* resets it, so nothing of t is used any more */
    http_transfer_free(t);
    return r;
}

static bool is_repeatable(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "DELETE") == 0;
}

/* After a 401 once more, when there is something that can have changed. */
static bool renew(call *k, opsdk_error *err)
{
    const config *cfg = &k->client->cfg;
    opsdk_error refused = *err;

    if (!cfg->token_file && !cfg->exec.command && !cfg->cert.file)
        return false;
    if (credential_authorization(k->client->cred, true, k->authorization, err) < 0) {
        *err = refused;
        return false;
    }
    http_pool_drop(k->client->http);
    k->fresh = true;
    return true;
}

/* Waits as Retry-After says and a little more, so that those who were turned away together do not come back together. */
static bool wait_for_server(const call *k, const opsdk_error *err)
{
    int64_t ms = err->retry_after_ms + err->retry_after_ms / 5 * (int64_t)(clock_random() % 1000) / 1000;

    return err->code == OPSDK_EBUSY && ms > 0 && clock_ms() + ms < k->deadline_ms && nap(k->client, ms);
}

static int try_all(call *k, opsdk_error *err)
{
    bool renewed = false, repeated = false;
    int r = 0;

    for (int i = 0; i < LIMIT_TRIES; i++) {
        r = attempt(k, err);
        if (r == OPSDK_EAUTH && err->http_status == 401 && !renewed && renew(k, err))
            renewed = true;
        else if (r < 0 && k->stale && !repeated && is_repeatable(k->rq->method))
            repeated = k->fresh = true;
        else if (r == 0 || !wait_for_server(k, err))
            break;
    }
    return r;
}

int http_call(opsdk_client *c, const http_request *rq, http_reply *ret, opsdk_error *err)
{
    auto_secret authorization = BUF_INIT(LIMIT_HEADER);
    opsdk_error why = {0};
    call k = {.client = c, .rq = rq, .reply = ret, .authorization = &authorization};
    int r;

    k.deadline_ms = clock_ms() + (rq->timeout_ms > 0 ? rq->timeout_ms : c->timeout_ms);
    if (atomic_load(&c->cancelled))
        return opsdk_error_set(err, OPSDK_ECANCELED, "the client is cancelled");
    r = credential_authorization(c->cred, false, &authorization, &why);
    if (r == 0)
        r = try_all(&k, &why);
    if (atomic_load(&c->cancelled) && r < 0)
        r = opsdk_error_set(&why, OPSDK_ECANCELED, "the client is cancelled");
    if (r < 0 && err)
        *err = why;
    return r;
}
