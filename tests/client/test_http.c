#include "client/client.h"
#include "client/http.h"
#include "tests/support/fakeapi.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PODS "/api/v1/namespaces/ns/pods"

static fakeapi *api;
static opsdk_client *client;
static opsdk_error err;
static http_reply reply;

static void start(const char *user)
{
    api = fakeapi_start(NULL);
    client = fakeapi_client(api, user);
    err = (opsdk_error){0};
}

static void stop(void)
{
    buf_clear(&reply.body);
    client = opsdk_client_free(client);
    api = fakeapi_stop(api);
}

static int call(const char *method, const char *target)
{
    buf_clear(&reply.body);
    err = (opsdk_error){0};
    return http_call(client, &(http_request){.method = method, .target = target}, &reply, &err);
}

static int call_with(const char *method, const char *target, const char *body)
{
    buf_clear(&reply.body);
    return http_call(client,
                     &(http_request){.method = method, .target = target, .body = body, .body_len = strlen(body)},
                     &reply, &err);
}

START_TEST(sends_and_receives)
{
    start(NULL);
    fakeapi_on(api, "POST " PODS, (fakeapi_reply){.status = 201, .body = "{\"a\":1}"});
    ck_assert_int_eq(call_with("POST", PODS "?x=%20", "{}"), 0);
    ck_assert_int_eq(reply.status, 201);
    ck_assert_str_eq(reply.body.data, "{\"a\":1}");

    fakeapi_request r = fakeapi_wait(api, 0);
    ck_assert_str_eq(r.target, PODS "?x=%20");
    ck_assert_str_eq(r.body, "{}");
    ck_assert_str_eq(fakeapi_header(r, "Accept"), "application/json");
    ck_assert_str_eq(fakeapi_header(r, "Accept-Encoding"), "identity");
    ck_assert_str_eq(fakeapi_header(r, "Content-Type"), "application/json");
    ck_assert_str_eq(fakeapi_header(r, "Expect"), "");
    ck_assert_ptr_nonnull(strstr(fakeapi_header(r, "User-Agent"), "opsdk"));
    stop();
}
END_TEST

START_TEST(reuses_connections)
{
    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.body = "{}", .times = 10});
    fakeapi_on(api, "", (fakeapi_reply){.status = 404, .body = "{}", .times = 10});
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(call("GET", PODS), i < 10 ? 0 : OPSDK_ENOTFOUND);
    ck_assert_int_eq(fakeapi_connections(api), 1);
    stop();
}
END_TEST

/* Chunks of every size; the body arrives whole. */
START_TEST(reads_pieces)
{
    start(NULL);
    for (size_t n = 1; n < 12; n++) {
        fakeapi_on(api, "", (fakeapi_reply){.body = "{\"a\":\"bcd\"}", .piece = n});
        ck_assert_int_eq(call("GET", PODS), 0);
        ck_assert_str_eq(reply.body.data, "{\"a\":\"bcd\"}");
    }
    stop();
}
END_TEST

START_TEST(cut_bodies_fail)
{
    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"a\":\"bcd\"}", .cut_at = 4});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EIO);
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"a\":\"bcd\"}", .cut_at = 4, .piece = 2});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EIO);
    ck_assert(opsdk_error_is_transient(&err));
    stop();
}
END_TEST

START_TEST(statuses_become_codes)
{
    static const struct {
        int status;
        const char *reason;
        int code;
    } cases[] = {{400, "BadRequest", OPSDK_EREJECTED},
                 {401, "Unauthorized", OPSDK_EAUTH},
                 {403, "Forbidden", OPSDK_EFORBIDDEN},
                 {404, "NotFound", OPSDK_ENOTFOUND},
                 {405, "MethodNotAllowed", OPSDK_EREJECTED},
                 {406, "NotAcceptable", OPSDK_EREJECTED},
                 {408, "Timeout", OPSDK_ETIMEOUT},
                 {409, "Conflict", OPSDK_ECONFLICT},
                 {409, "AlreadyExists", OPSDK_EEXISTS},
                 {410, "Expired", OPSDK_EGONE},
                 {413, "RequestEntityTooLarge", OPSDK_EREJECTED},
                 {415, "UnsupportedMediaType", OPSDK_EREJECTED},
                 {422, "Invalid", OPSDK_EREJECTED},
                 {429, "TooManyRequests", OPSDK_EBUSY},
                 {500, "InternalError", OPSDK_EIO},
                 {503, "ServiceUnavailable", OPSDK_EBUSY},
                 {504, "Timeout", OPSDK_ETIMEOUT}};

    start(NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char body[256];
        snprintf(body, sizeof(body), "{\"kind\":\"Status\",\"message\":\"case %zu\",\"reason\":\"%s\",\"code\":%d}", i,
                 cases[i].reason, cases[i].status);
        fakeapi_on(api, "", (fakeapi_reply){.status = cases[i].status, .body = body});
        ck_assert_int_eq(call("GET", PODS), cases[i].code);
        ck_assert_int_eq(err.code, cases[i].code);
        ck_assert_int_eq(err.http_status, cases[i].status);
        ck_assert_str_eq(err.reason, cases[i].reason);
        ck_assert_str_eq(err.message, strstr(body, "case ") ? (snprintf(body, sizeof(body), "case %zu", i), body) : "");
    }
    stop();
}
END_TEST

START_TEST(other_pages_are_described)
{
    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.status = 502, .type = "text/html", .body = "<h1>Bad\x1b[2J gateway</h1>"});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EIO);
    ck_assert_str_eq(err.message, "GET " PODS ": the server answers 502: <h1>Bad?[2J gateway</h1>");

    fakeapi_on(api, "", (fakeapi_reply){.type = "text/html", .body = "<h1>log in</h1>"});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EPROTO);
    ck_assert_ptr_nonnull(strstr(err.message, "text/html"));

    fakeapi_on(api, "", (fakeapi_reply){.status = 302, .headers = "Location: http://127.0.0.1:1/\r\n"});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EPROTO);
    ck_assert_ptr_nonnull(strstr(err.message, "redirect"));
    ck_assert_int_eq(fakeapi_count(api), 3);
    stop();
}
END_TEST

START_TEST(retry_after_is_obeyed)
{
    char date[64];
    time_t soon = time(NULL) + 2;
    struct tm tm;

    strftime(date, sizeof(date), "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime_r(&soon, &tm));
    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.status = 429, .headers = "Retry-After: 1\r\n", .body = "{}"});
    fakeapi_on(api, "", (fakeapi_reply){.status = 503, .headers = date, .body = "{}"});
    fakeapi_on(api, "", (fakeapi_reply){.body = "{}"});
    ck_assert_int_eq(call_with("POST", PODS, "{}"), 0);
    ck_assert_int_eq(fakeapi_count(api), 3);
    ck_assert_str_eq(fakeapi_wait(api, 2).body, "{}");
    stop();
}
END_TEST

/* Nor is a date lost that is over when it arrives, nor a 0. */
START_TEST(retry_after_that_is_over_means_at_once)
{
    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.status = 429, .headers = "Retry-After: 0\r\n", .body = "{}"});
    fakeapi_on(
        api, "",
        (fakeapi_reply){.status = 503, .headers = "Retry-After: Fri, 01 Jan 2021 00:00:00 GMT\r\n", .body = "{}"});
    fakeapi_on(api, "", (fakeapi_reply){.body = "{}"});
    ck_assert_int_eq(call_with("POST", PODS, "{}"), 0);
    ck_assert_int_eq(fakeapi_count(api), 3);
    stop();
}
END_TEST

/* Not beyond the time-out, and not without being asked to come back. */
START_TEST(retries_are_bounded)
{
    start(NULL);
    fakeapi_on(api, "",
               (fakeapi_reply){.status = 429, .headers = "Retry-After: 100000\r\n", .body = "{}", .times = -1});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EBUSY);
    ck_assert_int_eq(err.retry_after_ms, 60000);
    ck_assert_int_eq(fakeapi_count(api), 1);
    stop();

    start(NULL);
    fakeapi_on(api, "",
               (fakeapi_reply){.status = 503,
                               .body = "{\"kind\":\"Status\",\"message\":\"m\",\"details\":{\"retryAfterSeconds\":50}}",
                               .times = -1});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EBUSY);
    ck_assert_int_eq(err.retry_after_ms, 50000);
    fakeapi_on(api, "", (fakeapi_reply){.status = 429, .body = "{}"});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EBUSY);
    stop();
}
END_TEST

START_TEST(silence_times_out)
{
    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.silent = true});
    client->timeout_ms = 200;
    ck_assert_int_eq(call("GET", PODS), OPSDK_ETIMEOUT);
    ck_assert_int_eq(err.http_status, 0);
    stop();
}
END_TEST

static void *cancel_soon(void *unused)
{
    fakeapi_wait(api, 0);
    opsdk_client_cancel(client);
    return unused;
}

START_TEST(cancel_ends_calls)
{
    pthread_t thread;

    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.silent = true});
    pthread_create(&thread, NULL, cancel_soon, NULL);
    ck_assert_int_eq(call("GET", PODS), OPSDK_ECANCELED);
    pthread_join(thread, NULL);
    ck_assert_int_eq(call("GET", PODS), OPSDK_ECANCELED);
    ck_assert_int_eq(fakeapi_count(api), 1);
    stop();

    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.status = 429, .headers = "Retry-After: 20\r\n", .body = "{}"});
    pthread_create(&thread, NULL, cancel_soon, NULL);
    ck_assert_int_eq(call("GET", PODS), OPSDK_ECANCELED);
    pthread_join(thread, NULL);
    stop();
}
END_TEST

START_TEST(bodies_are_capped)
{
    start(NULL);
    client->max_body = 10;
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"a\":\"bc\"}"});
    ck_assert_int_eq(call("GET", PODS), 0);
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"a\":\"bcd\"}"});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EPROTO);
    ck_assert_ptr_nonnull(strstr(err.message, "max_body"));
    stop();
}
END_TEST

START_TEST(headers_are_capped)
{
    char *headers = malloc(70000);

    memset(headers, 'a', 70000);
    memcpy(headers, "X: ", 3);
    memcpy(headers + 69997, "\r\n", 3);
    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.body = "{}", .headers = headers});
    ck_assert_int_eq(call("GET", PODS), OPSDK_EPROTO);
    ck_assert_ptr_nonnull(strstr(err.message, "headers"));
    free(headers);
    stop();
}
END_TEST

/* The server closes a kept connection while the next request is under way. */
START_TEST(stale_connections)
{
    start(NULL);
    fakeapi_on(api, "GET", (fakeapi_reply){.body = "{}"});
    fakeapi_on(api, "GET", (fakeapi_reply){.drop = true});
    fakeapi_on(api, "GET", (fakeapi_reply){.body = "{}"});
    ck_assert_int_eq(call("GET", PODS), 0);
    ck_assert_int_eq(call("GET", PODS), 0);
    ck_assert_int_eq(fakeapi_count(api), 3);
    ck_assert_int_eq(fakeapi_connections(api), 2);

    /* A POST may have been carried out: it is not repeated. */
    fakeapi_on(api, "POST", (fakeapi_reply){.drop = true});
    ck_assert_int_eq(call_with("POST", PODS, "{}"), OPSDK_EIO);
    ck_assert_int_eq(fakeapi_count(api), 4);

    fakeapi_on(api, "DELETE", (fakeapi_reply){.body = "{}", .times = 1});
    fakeapi_on(api, "DELETE", (fakeapi_reply){.drop = true});
    fakeapi_on(api, "DELETE", (fakeapi_reply){.body = "{}"});
    ck_assert_int_eq(call_with("DELETE", PODS "/a", "{}"), 0);
    ck_assert_int_eq(call_with("DELETE", PODS "/a", "{}"), 0);
    ck_assert_int_eq(fakeapi_count(api), 7);
    stop();
}
END_TEST

START_TEST(nobody_there)
{
    api = fakeapi_start(&(fakeapi_opts){.nobody = true});
    client = fakeapi_client(api, NULL);
    ck_assert_int_eq(call("GET", PODS), OPSDK_EIO);
    ck_assert(opsdk_error_is_transient(&err));
    ck_assert_int_eq(err.http_status, 0);
    stop();
}
END_TEST

START_TEST(no_proxy_from_the_environment)
{
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.body = "{}"});
    ck_assert_int_eq(call("GET", PODS), 0);
    stop();
}
END_TEST

static int refuse(const char *data, size_t len, void *user, opsdk_error *e)
{
    (void)data, (void)len, (void)user;
    return opsdk_error_set(e, OPSDK_ETERMINAL, "enough");
}

static int gather(const char *data, size_t len, void *user, opsdk_error *e)
{
    (void)e;
    buf_add(user, data, len);
    return 0;
}

START_TEST(sinks)
{
    auto_buf got = BUF_INIT(1000);
    http_request rq = {.method = "GET", .target = PODS, .sink = refuse, .user = &got};

    start(NULL);
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"a\":1}", .piece = 1, .times = 2});
    ck_assert_int_eq(http_call(client, &rq, NULL, &err), OPSDK_ETERMINAL);
    ck_assert_str_eq(err.message, "enough");
    rq.sink = gather;
    ck_assert_int_eq(http_call(client, &rq, NULL, &err), 0);
    ck_assert_str_eq(got.data, "{\"a\":1}");
    fakeapi_on(api, "", (fakeapi_reply){.status = 403, .body = "{\"kind\":\"Status\",\"message\":\"no\"}", .piece = 1});
    ck_assert_int_eq(http_call(client, &rq, NULL, &err), OPSDK_EFORBIDDEN);
    ck_assert_str_eq(err.message, "no");
    ck_assert_str_eq(got.data, "{\"a\":1}");
    stop();
}
END_TEST

/* As the run loop does: a handle of its own in a multi. */
START_TEST(transfers)
{
    auto_buf got = BUF_INIT(1000);
    http_request rq = {.method = "GET", .target = PODS "?watch=1", .sink = gather, .user = &got};
    http_transfer *t = NULL;
    CURLM *multi;
    CURLMsg *message = NULL;
    int running = 1, left;

    start("\"token\":\"t\"");
    multi = curl_multi_init();
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"a\":1}\n", .hold = true});
    ck_assert_int_eq(http_transfer_new(client, &rq, &t, &err), 0);
    curl_multi_add_handle(multi, http_transfer_handle(t));
    while (running && got.len < 16) {
        curl_multi_perform(multi, &running);
        if (got.len == 8)
            fakeapi_send(api, 0, "{\"a\":2}\n");
        curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    ck_assert_str_eq(got.data, "{\"a\":1}\n{\"a\":2}\n");
    fakeapi_end(api, 0);
    while (!message) {
        curl_multi_perform(multi, &running);
        curl_multi_poll(multi, NULL, 0, 100, NULL);
        message = curl_multi_info_read(multi, &left);
    }
    ck_assert_int_eq(http_transfer_result(t, message->data.result, &err), 0);
    curl_multi_remove_handle(multi, http_transfer_handle(t));
    http_transfer_free(t);
    curl_multi_cleanup(multi);
    ck_assert_str_eq(fakeapi_header(fakeapi_wait(api, 0), "Authorization"), "Bearer t");
    stop();
}
END_TEST

static void *call_often(void *user)
{
    int *failed = user;

    for (int i = 0; i < 25; i++) {
        http_reply own = {0};
        opsdk_error e = {0};
        *failed += http_call(client, &(http_request){.method = "GET", .target = PODS}, &own, &e) < 0;
        *failed += !own.body.data || strcmp(own.body.data, "{\"a\":1}") != 0;
        buf_clear(&own.body);
    }
    return NULL;
}

START_TEST(threads_share_a_client)
{
    pthread_t threads[6];
    int failed[6] = {0};

    start("\"token\":\"t\"");
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"a\":1}", .times = -1});
    for (int i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, call_often, &failed[i]);
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(failed[i], 0);
    }
    ck_assert_int_eq(fakeapi_count(api), 150);
    ck_assert_int_le(fakeapi_connections(api), 6);
    stop();
}
END_TEST

TESTS("http", sends_and_receives, reuses_connections, reads_pieces, cut_bodies_fail, statuses_become_codes,
      other_pages_are_described, retry_after_is_obeyed, retry_after_that_is_over_means_at_once, retries_are_bounded,
      silence_times_out, cancel_ends_calls, bodies_are_capped, headers_are_capped, stale_connections, nobody_there,
      no_proxy_from_the_environment, sinks, transfers, threads_share_a_client)
