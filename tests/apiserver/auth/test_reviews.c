/* Reviews, and tokens that are asked for. */
#include "tests/support/ask.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AUTHZ "/apis/authorization.k8s.io/v1"
#define AUTHN "/apis/authentication.k8s.io/v1"
#define TOKEN "/api/v1/namespaces/default/serviceaccounts/one/token"

static opsdk_apiserver *server;
static asker admin;
static json_t *answer;

static void start(bool rbac)
{
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_start(&(opsdk_apiserver_opts){.rbac = rbac}, &server, &err) == 0, "%s", err.message);
    admin = ask_as(opsdk_apiserver_kubeconfig(server));
    ck_assert_msg(
        opsdk_apiserver_load_text(server, "{apiVersion: v1, kind: ServiceAccount, metadata: {name: one}}", &err) == 0,
        "%s", err.message);
}

static void stop(void)
{
    json_decref(answer);
    answer = NULL;
    asker_clear(&admin);
    server = opsdk_apiserver_stop(server);
}

static long as(const asker *who, const char *method, const char *path, const char *body)
{
    json_decref(answer);
    return ask(server, who, method, path, body, &answer);
}

static bool is_true(const char *name)
{
    return json_is_true(json_object_get(json_object_get(answer, "status"), name));
}

static asker request_token(const char *body)
{
    ck_assert_int_eq(as(&admin, "POST", TOKEN, body), 201);
    return (asker){.token = strdup(ask_text(answer, "/status/token"))};
}

START_TEST(access)
{
    static const char question[] =
        "{\"spec\": {\"user\": \"jane\", \"resourceAttributes\": {\"verb\": \"get\", \"resource\": \"pods\"}}}";

    start(true);
    ck_assert_int_eq(as(&admin, "POST", AUTHZ "/subjectaccessreviews", question), 201);
    ck_assert(!is_true("allowed"));
    ck_assert_int_eq(as(NULL, "POST", AUTHZ "/subjectaccessreviews", question), 403);
    stop();
    start(false);
    ck_assert_int_eq(as(NULL, "POST", AUTHZ "/subjectaccessreviews", question), 201);
    ck_assert(is_true("allowed"));
    stop();
}
END_TEST

START_TEST(rules)
{
    asker jane;

    start(true);
    jane = ask_user(server, "jane", NULL);
    ck_assert_int_eq(as(&jane, "POST", AUTHZ "/selfsubjectrulesreviews", "{\"spec\": {\"namespace\": \"default\"}}"),
                     201);
    ck_assert_str_eq(ask_text(answer, "/status/resourceRules/0/resources/0"), "selfsubjectaccessreviews");
    ck_assert_str_eq(ask_text(answer, "/status/nonResourceRules/0/nonResourceURLs/0"), "/api");
    ck_assert_int_eq(as(&jane, "POST", AUTHZ "/selfsubjectrulesreviews", "{}"), 400);
    asker_clear(&jane);
    stop();
    start(false);
    ck_assert_int_eq(as(NULL, "POST", AUTHZ "/selfsubjectrulesreviews", "{\"spec\": {\"namespace\": \"default\"}}"),
                     201);
    ck_assert_str_eq(ask_text(answer, "/status/resourceRules/0/resources/0"), "*");
    stop();
}
END_TEST

START_TEST(a_token_is_an_accounts)
{
    asker token;

    start(true);
    token = request_token("{}");
    ck_assert_int_eq(as(&token, "POST", AUTHN "/selfsubjectreviews", "{}"), 201);
    ck_assert_str_eq(ask_text(answer, "/status/userInfo/username"), "system:serviceaccount:default:one");
    ck_assert_str_eq(ask_text(answer, "/status/userInfo/groups/1"), "system:serviceaccounts:default");
    ck_assert_str_eq(ask_text(answer, "/status/userInfo/groups/2"), "system:authenticated");
    ck_assert_int_eq(as(&admin, "DELETE", "/api/v1/namespaces/default/serviceaccounts/one", NULL), 200);
    ck_assert_int_eq(as(&token, "GET", "/readyz", NULL), 401);
    asker_clear(&token);
    stop();
}
END_TEST

START_TEST(a_token_ends)
{
    asker token;
    opsdk_error err = {0};

    start(true);
    token = request_token("{\"spec\": {\"expirationSeconds\": 600}}");
    ck_assert_int_eq(as(&token, "GET", "/readyz", NULL), 200);
    ck_assert_int_eq(opsdk_apiserver_fault(server, "skew ms=540000", &err), 0);
    ck_assert_int_eq(as(&token, "GET", "/readyz", NULL), 200);
    opsdk_apiserver_heal(server);
    ck_assert_int_eq(opsdk_apiserver_fault(server, "skew ms=720000", &err), 0);
    ck_assert_int_eq(as(&token, "GET", "/readyz", NULL), 401);
    ck_assert_int_eq(as(&admin, "GET", "/readyz", NULL), 200); /* the server's own does not */
    asker_clear(&token);
    stop();
}
END_TEST

START_TEST(a_token_is_bound)
{
    asker token;

    start(true);
    ck_assert_int_eq(
        as(&admin, "POST", TOKEN,
           "{\"spec\": {\"boundObjectRef\": {\"kind\": \"Secret\", \"apiVersion\": \"v1\", \"name\": \"s\"}}}"),
        404);
    ck_assert_int_eq(as(&admin, "POST", "/api/v1/namespaces/default/secrets", "{\"metadata\": {\"name\": \"s\"}}"),
                     201);
    token = request_token(
        "{\"spec\": {\"boundObjectRef\": {\"kind\": \"Secret\", \"apiVersion\": \"v1\", \"name\": \"s\"}}}");
    ck_assert_int_eq(as(&token, "GET", "/readyz", NULL), 200);
    ck_assert_int_eq(as(&admin, "DELETE", "/api/v1/namespaces/default/secrets/s", NULL), 200);
    ck_assert_int_eq(as(&token, "GET", "/readyz", NULL), 401);
    asker_clear(&token);
    stop();
}
END_TEST

START_TEST(a_token_is_for_its_audience)
{
    asker token;
    char body[4096];

    start(true);
    token = request_token("{\"spec\": {\"audiences\": [\"a\", \"b\"]}}");
    ck_assert_int_eq(as(&token, "GET", "/readyz", NULL), 401);
    snprintf(body, sizeof(body), "{\"spec\": {\"token\": \"%s\", \"audiences\": [\"b\", \"c\"]}}", token.token);
    ck_assert_int_eq(as(&admin, "POST", AUTHN "/tokenreviews", body), 201);
    ck_assert(is_true("authenticated"));
    ck_assert_str_eq(ask_text(answer, "/status/audiences/0"), "b");
    ck_assert_str_eq(ask_text(answer, "/status/user/username"), "system:serviceaccount:default:one");
    snprintf(body, sizeof(body), "{\"spec\": {\"token\": \"%s\"}}", token.token);
    ck_assert_int_eq(as(&admin, "POST", AUTHN "/tokenreviews", body), 201);
    ck_assert(!is_true("authenticated"));
    ck_assert_str_eq(ask_text(answer, "/status/error"), "invalid bearer token");
    asker_clear(&token);
    stop();
}
END_TEST

TESTS("reviews", access, rules, a_token_is_an_accounts, a_token_ends, a_token_is_bound, a_token_is_for_its_audience)
