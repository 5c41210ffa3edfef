#include "apiserver/http_round.h"
#include "apiserver/http_call.h"
#include "client/clock.h"

#include <libwebsockets.h>
#include <string.h>

#define SMALL (16u << 10) /* bytes of an answer that is held: it goes in one piece */

static void send_held(loop_round *r)
{
    for (size_t i = 0; i < r->n; i++) {
        connection *conn = r->held[i];
        conn->held = false;
        if (http_send_answer(conn) < 0) {
            conn->kill = true;
            lws_set_timeout(conn->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
        }
    }
    r->n = 0;
}

/* Lists may take long, as may what is no resource. */
static bool is_quick(const char *verb)
{
    static const char *const quick[] = {"get", "create", "update", "patch", "delete"};

    for (size_t i = 0; i < sizeof(quick) / sizeof(quick[0]); i++)
        if (strcmp(verb, quick[i]) == 0)
            return true;
    return false;
}

void round_serve(loop_round *r, const connection *conn)
{
    r->served = true;
    if (r->n && !(conn->call.rq.is_resource && is_quick(conn->call.rq.verb)))
        send_held(r);
}

/* Faults, and ends of connections, are for at once. */
static bool can_wait(const connection *conn)
{
    const mangle *m = &conn->call.mangle;

    return !conn->call.stream && !conn->upgrades && !conn->last && !conn->cut && !m->cut && !m->slow_bytes &&
           conn->call.body.len <= SMALL;
}

int round_answer(loop_round *r, connection *conn)
{
    int64_t now;

    if (!can_wait(conn))
        return http_send_answer(conn);
    now = clock_us();
    if (r->n == 0)
        r->held_since_us = now;
    conn->held = true;
    r->held[r->n++] = conn;
    if (r->n == LIMIT_HELD || now - r->held_since_us >= LIMIT_ROUND_US)
        send_held(r);
    return 0;
}

void round_forget(loop_round *r, const connection *conn)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->held[i] == conn) {
            memmove(r->held + i, r->held + i + 1, (r->n - i - 1) * sizeof(*r->held));
            r->n--;
            return;
        }
}

void round_ready(loop_round *r)
{
    if (!r->ready_since_us)
        r->ready_since_us = clock_us();
}

bool round_waits(const loop_round *r)
{
    return r->ready_since_us != 0;
}

/* Streams: when there is no request to serve, or they waited for long enough.  Many events then go at once. */
static void wake_streams(loop_round *r, connection *all)
{
    if (!r->ready_since_us || (r->served && clock_us() - r->ready_since_us < LIMIT_ROUND_US))
        return;
    r->ready_since_us = 0;
    for (connection *conn = all; conn; conn = conn->next)
        if (conn->wsi && conn->ready)
            lws_callback_on_writable(conn->wsi);
}

void round_end(loop_round *r, connection *all)
{
    send_held(r);
    wake_streams(r, all);
    r->served = false;
    r->number++;
}
