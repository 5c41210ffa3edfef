#include "client/client.h"
#include "client/credential.h"
#include "client/http.h"
#include "core/limits.h"
#include "tests/support/clock.h"
#include "tests/support/fakeapi.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static opsdk_error err;

static int call(opsdk_client *c)
{
    err = (opsdk_error){0};
    return http_call(c, &(http_request){.method = "GET", .target = "/version"}, NULL, &err);
}

static const char *authorization(fakeapi *f, int n)
{
    return fakeapi_header(fakeapi_wait(f, n), "Authorization");
}

static void ok(fakeapi *f, int times)
{
    fakeapi_on(f, "", (fakeapi_reply){.body = "{}", .times = times});
}

static void unauthorized(fakeapi *f)
{
    fakeapi_on(f, "", (fakeapi_reply){.status = 401, .body = "{\"kind\":\"Status\",\"message\":\"who?\"}"});
}

START_TEST(fixed_ones)
{
    static const char *const users[][2] = {{"\"token\":\"t0\"", "Bearer t0"},
                                           {"\"username\":\"me\",\"password\":\"p:w\"", "Basic bWU6cDp3"},
                                           {"\"username\":\"me\"", "Basic bWU6"},
                                           {"", ""}};

    for (size_t i = 0; i < 4; i++) {
        fakeapi *f = fakeapi_start(NULL);
        opsdk_client *c = fakeapi_client(f, users[i][0]);
        ok(f, 1);
        unauthorized(f);
        ck_assert_int_eq(call(c), 0);
        ck_assert_str_eq(authorization(f, 0), users[i][1]);
        ck_assert_int_eq(call(c), OPSDK_EAUTH); /* nothing to renew: asked once */
        ck_assert_str_eq(err.message, "who?");
        ck_assert_int_eq(fakeapi_count(f), 2);
        opsdk_client_free(c);
        fakeapi_stop(f);
    }
}
END_TEST

START_TEST(no_second_header_line)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c = fakeapi_client(f, "\"token\":\"t\\r\\nX-Other: y\"");

    ck_assert_int_eq(call(c), OPSDK_EINVAL);
    ck_assert_ptr_null(strstr(err.message, "X-Other"));
    opsdk_client_free(c);
    fakeapi_file(f, "token", "a\nb\n", 0600);
    c = fakeapi_client(f, "\"tokenFile\":\"token\"");
    ck_assert_int_eq(call(c), OPSDK_EAUTH);
    ck_assert_int_eq(fakeapi_count(f), 0);
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

START_TEST(token_file)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c;
    const char *path = fakeapi_file(f, "token", "  one\n", 0600);

    c = fakeapi_client(f, "\"tokenFile\":\"token\"");
    ok(f, 2);
    unauthorized(f);
    ok(f, 1);
    unauthorized(f);
    unauthorized(f);
    ck_assert_int_eq(call(c), 0);
    fakeapi_file(f, "token", "two\n", 0600);
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 1), "Bearer one"); /* not a minute old */
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 2), "Bearer one");
    ck_assert_str_eq(authorization(f, 3), "Bearer two"); /* after the 401 */
    unlink(path);
    ck_assert_int_eq(call(c), OPSDK_EAUTH); /* the last one is kept, and refused twice */
    ck_assert_str_eq(authorization(f, 5), "Bearer two");
    ck_assert_int_eq(fakeapi_count(f), 6);
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

START_TEST(token_file_ages)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c;

    fakeapi_file(f, "token", "one", 0600);
    c = fakeapi_client(f, "\"tokenFile\":\"token\"");
    ok(f, -1);
    ck_assert_int_eq(call(c), 0);
    fakeapi_file(f, "token", "two", 0600);
    clock_jump(LIMIT_TOKEN_AGE_MS / 2);
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 1), "Bearer one");
    clock_jump(LIMIT_TOKEN_AGE_MS / 2 + 1000);
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 2), "Bearer two");
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

START_TEST(token_file_beside_token)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c = fakeapi_client(f, "\"token\":\"inline\",\"tokenFile\":\"token\"");

    ok(f, -1);
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 0), "Bearer inline");
    opsdk_client_free(c);
    fakeapi_file(f, "token", "file", 0600);
    c = fakeapi_client(f, "\"token\":\"inline\",\"tokenFile\":\"token\"");
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 1), "Bearer file");
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

START_TEST(token_file_missing)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c = fakeapi_client(f, "\"tokenFile\":\"token\"");

    ck_assert_int_eq(call(c), OPSDK_EAUTH);
    ck_assert_ptr_nonnull(strstr(err.message, "/token: No such file"));
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

#define EXEC(more)                                                                                              \
    "\"exec\":{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"command\":\"./login\",\"interactiveMode\":" \
    "\"Never\"" more "}"

/* A plugin whose n-th run gives the token "run-n". */
static void counting_plugin(fakeapi *f, const char *status)
{
    char script[1024];

    fakeapi_file(f, "runs", "", 0600);
    snprintf(script, sizeof(script),
             "#!/bin/sh\ncd \"${0%%/*}\"\necho x >>runs\nn=$(wc -l <runs)\n"
             "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",'\n"
             "echo '\"status\":{\"token\":\"run-'$n'\"%s}}'\n",
             status);
    fakeapi_file(f, "login", script, 0700);
}

START_TEST(plugin_until_refused)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c;

    counting_plugin(f, "");
    c = fakeapi_client(f, EXEC(""));
    ok(f, 3);
    unauthorized(f);
    ok(f, 1);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 2), "Bearer run-1");
    ck_assert_str_eq(authorization(f, 3), "Bearer run-1");
    ck_assert_str_eq(authorization(f, 4), "Bearer run-2");
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

START_TEST(plugin_expires)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c;

    ok(f, -1);
    counting_plugin(f, ",\"expirationTimestamp\":\"2020-01-01T00:00:00Z\"");
    c = fakeapi_client(f, EXEC(""));
    ck_assert_int_eq(call(c), 0);
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 1), "Bearer run-2");
    c = opsdk_client_free(c);

    counting_plugin(f, ",\"expirationTimestamp\":\"2920-01-01T00:00:00Z\"");
    c = fakeapi_client(f, EXEC(""));
    ck_assert_int_eq(call(c), 0);
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 3), "Bearer run-1");
    clock_jump(INT64_C(1000) * 86400 * 366 * 900);
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(authorization(f, 4), "Bearer run-2");
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

/* Of several that met the same refusal only the first runs the plugin. */
START_TEST(refused_value_is_compared)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c;
    auto_buf first = BUF_INIT(100), second = BUF_INIT(100);

    counting_plugin(f, "");
    c = fakeapi_client(f, EXEC(""));
    ck_assert_int_eq(credential_authorization(c->cred, false, &first, &err), 0);
    ck_assert_int_eq(credential_authorization(c->cred, false, &second, &err), 0);
    ck_assert_str_eq(second.data, "Bearer run-1");
    ck_assert_int_eq(credential_authorization(c->cred, true, &first, &err), 0);
    ck_assert_str_eq(first.data, "Bearer run-2");
    ck_assert_int_eq(credential_authorization(c->cred, true, &second, &err), 0);
    ck_assert_str_eq(second.data, "Bearer run-2");
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

/* What the run loop reports. */
START_TEST(refused_later)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c;
    auto_buf now = BUF_INIT(100);

    counting_plugin(f, "");
    c = fakeapi_client(f, EXEC(""));
    ck_assert_int_eq(credential_authorization(c->cred, false, &now, &err), 0);
    credential_refused(c->cred, "Bearer run-0");
    buf_reset(&now);
    ck_assert_int_eq(credential_authorization(c->cred, false, &now, &err), 0);
    ck_assert_str_eq(now.data, "Bearer run-1");
    credential_refused(c->cred, "Bearer run-1");
    buf_reset(&now);
    ck_assert_int_eq(credential_authorization(c->cred, false, &now, &err), 0);
    ck_assert_str_eq(now.data, "Bearer run-2");
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

/* A transfer of the loop that is answered 401 has its token renewed for the next. */
START_TEST(refused_transfer)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c;

    counting_plugin(f, "");
    c = fakeapi_client(f, EXEC(""));
    unauthorized(f);
    ok(f, 1);
    for (int i = 0; i < 2; i++) {
        http_transfer *t = NULL;
        CURLcode result;
        ck_assert_int_eq(http_transfer_new(c, &(http_request){.method = "GET", .target = "/version"}, &t, &err), 0);
        result = curl_easy_perform(http_transfer_handle(t));
        ck_assert_int_eq(http_transfer_result(t, result, &err), i ? 0 : OPSDK_EAUTH);
        http_transfer_free(t);
    }
    ck_assert_str_eq(authorization(f, 0), "Bearer run-1");
    ck_assert_str_eq(authorization(f, 1), "Bearer run-2");
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

/* The certificate that a plugin gives is shown in the handshake. */
START_TEST(plugin_certificate)
{
    fakeapi *f = fakeapi_start(&(fakeapi_opts){.tls = true, .want_cert = true});
    pki me = pki_issue(fakeapi_authority(f), "plugged", NULL, false);
    opsdk_client *c;

    fakeapi_file(f, "me.crt", me.cert, 0600);
    fakeapi_file(f, "me.key", me.key, 0600);
    fakeapi_file(f, "login",
                 "#!/bin/sh\ncd \"${0%/*}\"\nlines() { awk '{ printf \"%s\\\\n\", $0 }' $1; }\n"
                 "printf '%s\n' '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",'\n"
                 "printf '%s' '\"status\":{\"clientCertificateData\":\"' \"$(lines me.crt)\" '\",'\n"
                 "printf '%s' '\"clientKeyData\":\"' \"$(lines me.key)\" '\"}}'\n",
                 0700);
    ok(f, -1);
    c = fakeapi_client(f, EXEC(""));
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(fakeapi_wait(f, 0).user, "plugged");
    ck_assert_str_eq(authorization(f, 0), "");
    opsdk_client_free(c);
    pki_clear(&me);
    fakeapi_stop(f);
}
END_TEST

START_TEST(plugin_fails)
{
    fakeapi *f = fakeapi_start(NULL);
    opsdk_client *c;

    fakeapi_file(f, "login", "#!/bin/sh\necho s3cret; echo s3cret >&2; exit 3\n", 0700);
    c = fakeapi_client(f, EXEC(""));
    ck_assert_int_eq(call(c), OPSDK_EAUTH);
    ck_assert_ptr_nonnull(strstr(err.message, "exited with 3"));
    ck_assert_ptr_null(strstr(err.message, "s3cret"));
    ck_assert_int_eq(fakeapi_count(f), 0);
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

TESTS("credential", fixed_ones, no_second_header_line, token_file, token_file_ages, token_file_beside_token,
      token_file_missing, plugin_until_refused, plugin_expires, refused_value_is_compared, refused_later,
      refused_transfer, plugin_certificate, plugin_fails)
