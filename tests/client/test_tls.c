/* Both ways of TLS against a real handshake: who is trusted, by which name, and who we say we are. */
#include "client/client.h"
#include "client/http.h"
#include "client/tls.h"
#include "tests/support/fakeapi.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static opsdk_error err;

static int call(opsdk_client *c)
{
    err = (opsdk_error){0};
    return http_call(c, &(http_request){.method = "GET", .target = "/version"}, NULL, &err);
}

static opsdk_client *client_of(const char *kubeconfig)
{
    opsdk_client *c = NULL;

    ck_assert_int_eq(opsdk_client_new(&(opsdk_client_opts){.kubeconfig = kubeconfig}, &c, &err), 0);
    return c;
}

/* One call to a server with these settings; the result. */
static int try_server(fakeapi_opts opts, const char *user, const char *cluster)
{
    fakeapi *f;
    opsdk_client *c;
    int r;

    opts.tls = true;
    f = fakeapi_start(&opts);
    fakeapi_on(f, "", (fakeapi_reply){.body = "{}", .times = -1});
    c = client_of(fakeapi_kubeconfig(f, user, cluster));
    r = call(c);
    opsdk_client_free(c);
    fakeapi_stop(f);
    return r;
}

START_TEST(trusted)
{
    ck_assert_int_eq(try_server((fakeapi_opts){0}, "\"token\":\"t\"", NULL), 0);
}
END_TEST

START_TEST(wrong_name)
{
    ck_assert_int_eq(try_server((fakeapi_opts){.names = "DNS:elsewhere.example"}, NULL, NULL), OPSDK_EAUTH);
    ck_assert_ptr_nonnull(strstr(err.message, "refused"));
    ck_assert_int_eq(err.http_status, 0);
    /* An address is no name. */
    ck_assert_int_eq(try_server((fakeapi_opts){.names = "DNS:127.0.0.1"}, NULL, NULL), OPSDK_EAUTH);
    ck_assert_int_eq(try_server((fakeapi_opts){.names = "IP:127.0.0.2"}, NULL, NULL), OPSDK_EAUTH);
}
END_TEST

START_TEST(expired)
{
    ck_assert_int_eq(try_server((fakeapi_opts){.expired = true}, NULL, NULL), OPSDK_EAUTH);
    ck_assert_ptr_nonnull(strstr(err.message, "expired"));
}
END_TEST

START_TEST(server_name)
{
    static const char cluster[] = "\"tls-server-name\":\"kube.internal\"";

    ck_assert_int_eq(try_server((fakeapi_opts){.names = "DNS:kube.internal"}, NULL, cluster), 0);
    ck_assert_int_eq(try_server((fakeapi_opts){0}, NULL, cluster), OPSDK_EAUTH);
    ck_assert_int_eq(try_server((fakeapi_opts){.names = "IP:10.9.8.7"}, NULL, "\"tls-server-name\":\"10.9.8.7\""), 0);
    ck_assert_int_eq(try_server((fakeapi_opts){.names = "IP:fd00::7"}, NULL, "\"tls-server-name\":\"fd00::7\""), 0);
}
END_TEST

START_TEST(server_name_keeps_host)
{
    fakeapi *f = fakeapi_start(&(fakeapi_opts){.tls = true, .names = "DNS:kube.internal"});
    opsdk_client *c = client_of(fakeapi_kubeconfig(f, NULL, "\"tls-server-name\":\"kube.internal\""));

    fakeapi_on(f, "", (fakeapi_reply){.body = "{}", .times = -1});
    ck_assert_int_eq(call(c), 0);
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(fakeapi_header(fakeapi_wait(f, 0), "Host"), strstr(fakeapi_url(f), "127."));
    ck_assert_int_eq(fakeapi_connections(f), 1);
    opsdk_client_free(c);
    fakeapi_stop(f);
}
END_TEST

/* The authority changes: its file is read again at the next connection. */
START_TEST(other_authority)
{
    fakeapi *f = fakeapi_start(&(fakeapi_opts){.tls = true});
    const char *path = fakeapi_kubeconfig(f, NULL, NULL);
    pki other = pki_authority("somebody else");
    opsdk_client *c;

    fakeapi_on(f, "", (fakeapi_reply){.body = "{}", .times = -1});
    fakeapi_file(f, "ca.crt", other.cert, 0600);
    c = client_of(path);
    ck_assert_int_eq(call(c), OPSDK_EAUTH);
    ck_assert_int_eq(fakeapi_count(f), 0);
    fakeapi_file(f, "ca.crt", fakeapi_authority(f)->cert, 0600);
    ck_assert_int_eq(call(c), 0);
    opsdk_client_free(c);
    pki_clear(&other);
    fakeapi_stop(f);
}
END_TEST

/* The system's authorities do not count when the kubeconfig names one, nor the other way round. */
START_TEST(system_authorities)
{
    fakeapi *f = fakeapi_start(&(fakeapi_opts){.tls = true});
    const char *ca;
    char text[512];
    opsdk_client *c;

    fakeapi_kubeconfig(f, NULL, NULL);
    ca = fakeapi_file(f, "system.crt", fakeapi_authority(f)->cert, 0600);
    setenv("SSL_CERT_FILE", ca, 1);
    setenv("SSL_CERT_DIR", "/nonexistent", 1);
    snprintf(text, sizeof(text),
             "{\"current-context\":\"a\",\"contexts\":[{\"name\":\"a\",\"context\":{\"cluster\":\"c\"}}],"
             "\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":\"%s\"}}]}",
             fakeapi_url(f));
    fakeapi_on(f, "", (fakeapi_reply){.body = "{}", .times = -1});
    c = client_of(fakeapi_file(f, "without-ca", text, 0600));
    ck_assert_int_eq(call(c), 0);
    c = opsdk_client_free(c);
    pki other = pki_authority("somebody else");
    c = client_of(fakeapi_kubeconfig(f, NULL, NULL));
    fakeapi_file(f, "ca.crt", other.cert, 0600);
    ck_assert_int_eq(call(c), OPSDK_EAUTH);
    opsdk_client_free(c);
    pki_clear(&other);
    fakeapi_stop(f);
}
END_TEST

static const char user[] = "\"client-certificate\":\"me.crt\",\"client-key\":\"me.key\"";

START_TEST(client_certificate)
{
    fakeapi *f = fakeapi_start(&(fakeapi_opts){.tls = true, .want_cert = true});
    pki me = pki_issue(fakeapi_authority(f), "me", NULL, false);
    opsdk_client *c;

    fakeapi_on(f, "", (fakeapi_reply){.body = "{}", .times = -1});
    fakeapi_file(f, "me.crt", me.cert, 0600);
    fakeapi_file(f, "me.key", me.key, 0600);
    c = client_of(fakeapi_kubeconfig(f, user, NULL));
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(fakeapi_wait(f, 0).user, "me");
    ck_assert_str_eq(fakeapi_header(fakeapi_wait(f, 0), "Authorization"), "");
    c = opsdk_client_free(c);
    c = client_of(fakeapi_kubeconfig(f, NULL, NULL));
    ck_assert_int_lt(call(c), 0);
    opsdk_client_free(c);
    pki_clear(&me);
    fakeapi_stop(f);
}
END_TEST

/* A renewed certificate counts once the old one is refused. */
START_TEST(client_certificate_renewed)
{
    fakeapi *f = fakeapi_start(&(fakeapi_opts){.tls = true, .want_cert = true});
    pki me = pki_issue(fakeapi_authority(f), "old", NULL, false);
    opsdk_client *c;

    fakeapi_file(f, "me.crt", me.cert, 0600);
    fakeapi_file(f, "me.key", me.key, 0600);
    c = client_of(fakeapi_kubeconfig(f, user, NULL));
    fakeapi_on(f, "", (fakeapi_reply){.body = "{}"});
    fakeapi_on(f, "", (fakeapi_reply){.status = 401, .body = "{}"});
    fakeapi_on(f, "", (fakeapi_reply){.body = "{}"});
    ck_assert_int_eq(call(c), 0);
    pki_clear(&me);
    me = pki_issue(fakeapi_authority(f), "new", NULL, false);
    fakeapi_file(f, "me.crt", me.cert, 0600);
    fakeapi_file(f, "me.key", me.key, 0600);
    ck_assert_int_eq(call(c), 0);
    ck_assert_str_eq(fakeapi_wait(f, 1).user, "old");
    ck_assert_str_eq(fakeapi_wait(f, 2).user, "new");
    opsdk_client_free(c);
    pki_clear(&me);
    fakeapi_stop(f);
}
END_TEST

static void refused(fakeapi *f, const char *cert, const char *key, const char *why)
{
    opsdk_client *c;

    fakeapi_file(f, "me.crt", cert, 0600);
    fakeapi_file(f, "me.key", key, 0600);
    c = client_of(fakeapi_kubeconfig(f, user, NULL));
    ck_assert_int_eq(call(c), OPSDK_EINVAL);
    ck_assert_msg(strstr(err.message, why), "\"%s\" is not in: %s", why, err.message);
    opsdk_client_free(c);
}

START_TEST(wrong_files)
{
    fakeapi *f = fakeapi_start(&(fakeapi_opts){.tls = true});
    pki me = pki_issue(fakeapi_authority(f), "me", NULL, false);
    pki other = pki_issue(fakeapi_authority(f), "other", NULL, false);
    char *encrypted = pki_encrypt(me.key, "secret");
    char *broken = strdup(me.cert);

    broken[100] = '!';
    refused(f, me.cert, encrypted, "me.key is encrypted");
    refused(f, me.cert, other.key, "me.key does not belong to the client certificate");
    refused(f, me.cert, "nothing\n", "me.key holds no private key");
    refused(f, me.key, me.key, "me.crt holds no certificate");
    refused(f, broken, me.key, "me.crt holds no certificate");
    ck_assert_int_eq(fakeapi_count(f), 0);
    free(encrypted);
    free(broken);
    pki_clear(&me);
    pki_clear(&other);
    fakeapi_stop(f);
}
END_TEST

static int apply(const char *ca)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    const config cfg = {
        .server = (char *)"https://h:443", .source = (char *)"test", .ca = {(char *)ca, strlen(ca), NULL}};
    int r = tls_apply(&cfg, NULL, NULL, ctx, &err);

    if (r == 0) {
        ck_assert_int_eq(SSL_CTX_get_verify_mode(ctx), SSL_VERIFY_PEER);
        ck_assert_int_eq(SSL_CTX_get_min_proto_version(ctx), TLS1_2_VERSION);
    }
    SSL_CTX_free(ctx);
    return r;
}

START_TEST(authorities)
{
    pki one = pki_authority("one"), two = pki_authority("two");
    char bundle[8192];

    snprintf(bundle, sizeof(bundle), "# a comment\n%s\nanother\n%s%s", one.cert, two.cert, one.cert);
    ck_assert_int_eq(apply(bundle), 0);
    snprintf(bundle, sizeof(bundle), "%s-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", one.cert);
    ck_assert_int_eq(apply(bundle), OPSDK_EINVAL);
    ck_assert_int_eq(apply("no certificate"), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "certificate-authority-data"));
    pki_clear(&one);
    pki_clear(&two);
}
END_TEST

TESTS("tls", trusted, wrong_name, expired, server_name, server_name_keeps_host, other_authority, system_authorities,
      client_certificate, client_certificate_renewed, wrong_files, authorities)
