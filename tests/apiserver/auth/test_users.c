/* Who asks: nobody, tokens, and those who act as somebody else. */
#include "tests/support/ask.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PODS "/api/v1/namespaces/default/pods"

static opsdk_apiserver *server;
static asker admin;
static json_t *answer;

static void start(bool rbac)
{
    opsdk_apiserver_opts opts = {.rbac = rbac};
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_start(&opts, &server, &err) == 0, "%s", err.message);
    admin = ask_as(opsdk_apiserver_kubeconfig(server));
}

static void stop(void)
{
    json_decref(answer);
    answer = NULL;
    asker_clear(&admin);
    server = opsdk_apiserver_stop(server);
}

static long get(const asker *who, const char *path)
{
    json_decref(answer);
    return ask(server, who, "GET", path, NULL, &answer);
}

static size_t requests_of(const char *user)
{
    return opsdk_apiserver_requests(server, &(opsdk_apiserver_filter){.user = user}, NULL, NULL);
}

START_TEST(without_rbac_everybody_is_admin)
{
    asker jane;

    start(false);
    jane = ask_user(server, "jane", NULL);
    ck_assert_int_eq(get(NULL, PODS), 200);
    ck_assert_int_eq(get(&(asker){.token = "nonsense"}, PODS), 200);
    ck_assert_uint_eq(requests_of("kubernetes-admin"), 2);
    ck_assert_int_eq(get(&jane, PODS), 200);
    ck_assert_uint_eq(requests_of("jane"), 1);
    ck_assert_int_eq(get(&(asker){.headers = {"Impersonate-User: joe"}}, PODS), 200);
    ck_assert_uint_eq(requests_of("joe"), 1);
    asker_clear(&jane);
    stop();
}
END_TEST

START_TEST(nobody_is_anonymous)
{
    start(true);
    ck_assert_int_eq(get(NULL, PODS), 403);
    ck_assert_str_eq(ask_text(answer, "/message"), "pods is forbidden: User \"system:anonymous\" cannot list resource "
                                                   "\"pods\" in API group \"\" in the namespace \"default\"");
    ck_assert_str_eq(ask_text(answer, "/reason"), "Forbidden");
    ck_assert_str_eq(ask_text(answer, "/details/kind"), "pods");
    ck_assert_int_eq(get(&(asker){.headers = {"Authorization: Basic abc"}}, "/logs"), 403);
    ck_assert_str_eq(ask_text(answer, "/message"), "forbidden: User \"system:anonymous\" cannot get path \"/logs\"");
    ck_assert_uint_eq(requests_of("system:anonymous"), 2);
    stop();
}
END_TEST

#define ACCOUNT "system:serviceaccount:default:one"

START_TEST(tokens_that_are_none_are_refused)
{
    asker one;

    start(true);
    ck_assert_int_eq(get(&(asker){.token = "nonsense"}, PODS), 401);
    ck_assert_str_eq(ask_text(answer, "/message"), "Unauthorized");
    ck_assert_str_eq(ask_text(answer, "/reason"), "Unauthorized");
    ck_assert_ptr_null(json_object_get(answer, "details"));
    one = ask_user(server, ACCOUNT, (const char *const[]){"system:masters", NULL});
    ck_assert_int_eq(get(&one, PODS), 200);
    ck_assert_uint_eq(requests_of(ACCOUNT), 1);
    one.token[strlen(one.token) - 2] ^= 1;
    ck_assert_int_eq(get(&one, PODS), 401);
    asker_clear(&one);
    stop();
}
END_TEST

/* Users show certificates: CN is the name, each O a group. */
START_TEST(certificates_name_users)
{
    asker jane, token = {0};

    start(true);
    jane = ask_user(server, "jane", (const char *const[]){"a", "b:c", NULL});
    ck_assert_ptr_null(jane.token);
    ck_assert_int_eq(ask(server, &jane, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}", &answer),
                     201);
    ck_assert_str_eq(ask_text(answer, "/status/userInfo/username"), "jane");
    ck_assert_str_eq(ask_text(answer, "/status/userInfo/groups/0"), "a");
    ck_assert_str_eq(ask_text(answer, "/status/userInfo/groups/1"), "b:c");
    ck_assert_str_eq(ask_text(answer, "/status/userInfo/groups/2"), "system:authenticated");
    ck_assert_int_eq(strncmp(ask_text(answer, "/status/userInfo/extra/authentication.kubernetes.io~1credential-id/0"),
                             "X509SHA256=", 11),
                     0);
    ck_assert_int_eq(get(&admin, PODS), 200);
    token.token = "nonsense"; /* a certificate counts more */
    token.cert = admin.cert;
    token.key = admin.key;
    ck_assert_int_eq(get(&token, PODS), 200);
    asker_clear(&jane);
    stop();
}
END_TEST

START_TEST(certificates_of_others_are_refused)
{
    asker stranger;

    start(true);
    stranger = admin;
    admin = (asker){0};
    stop();
    start(true);
    ck_assert_int_eq(get(&admin, PODS), 200);
    ck_assert_int_eq(get(&stranger, PODS), 401);
    ck_assert_str_eq(ask_text(answer, "/message"), "Unauthorized");
    asker_clear(&stranger);
    stop();
}
END_TEST

/* Without roles TLS is TLS and no more. */
START_TEST(tls_alone)
{
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_apiserver_start(&(opsdk_apiserver_opts){.tls = true}, &server, &err), 0);
    ck_assert_int_eq(strncmp(opsdk_apiserver_url(server), "https://127.0.0.1:", 18), 0);
    ck_assert_int_eq(get(NULL, PODS), 200);
    stop();
}
END_TEST

START_TEST(a_name_in_a_selector_is_what_is_asked_for)
{
    start(true);
    ck_assert_int_eq(get(NULL, PODS "?fieldSelector=metadata.name%3Da"), 403);
    ck_assert_int_eq(strncmp(ask_text(answer, "/message"), "pods \"a\" is forbidden:", 22), 0);
    ck_assert_str_eq(ask_text(answer, "/details/name"), "a");
    stop();
}
END_TEST

static asker acting(const char *user, const char *group)
{
    asker who = admin;

    who.headers[0] = user ? user : group;
    who.headers[1] = user ? group : NULL;
    return who;
}

START_TEST(the_administrator_may_act_as_others)
{
    asker who;

    start(true);
    who = acting("Impersonate-User: joe", NULL);
    ck_assert_int_eq(get(&who, PODS), 403);
    ck_assert_int_eq(strncmp(ask_text(answer, "/message"), "pods is forbidden: User \"joe\" cannot", 36), 0);
    who = acting("Impersonate-User: joe", "Impersonate-Group: system:masters");
    ck_assert_int_eq(get(&who, PODS), 200);
    who = acting(NULL, "Impersonate-Group: system:masters");
    ck_assert_int_eq(get(&who, PODS), 400);
    ck_assert_str_eq(ask_text(answer, "/message"),
                     "requested [{Group  system:masters    }] without impersonating a user");
    stop();
}
END_TEST

START_TEST(others_may_not)
{
    asker jane;

    start(true);
    jane = ask_user(server, "jane", NULL);
    jane.headers[0] = "Impersonate-User: system:serviceaccount:a:b";
    ck_assert_int_eq(get(&jane, PODS), 403);
    ck_assert_str_eq(
        ask_text(answer, "/message"),
        "serviceaccounts \"b\" is forbidden: User \"jane\" cannot impersonate resource \"serviceaccounts\" in "
        "API group \"\" in the namespace \"a\"");
    jane.headers[0] = "Impersonate-User: <joe>";
    ck_assert_int_eq(get(&jane, PODS), 403);
    ck_assert_str_eq(
        ask_text(answer, "/message"),
        "users \"<joe>\" is forbidden: User \"jane\" cannot impersonate resource \"users\" in API group \"\" "
        "at the cluster scope");
    asker_clear(&jane);
    stop();
}
END_TEST

START_TEST(faults_can_be_for_one_user)
{
    opsdk_error err = {0};

    start(false);
    ck_assert_int_eq(opsdk_apiserver_fault(server, "token-expiry n=-1 user=joe", &err), 0);
    ck_assert_int_eq(get(NULL, PODS), 200);
    ck_assert_int_eq(get(&(asker){.headers = {"Impersonate-User: joe"}}, PODS), 401);
    stop();
}
END_TEST

/* Faults and the request log are reached over HTTP, too. */
START_TEST(the_servers_own_paths_are_the_administrators)
{
    start(true);
    ck_assert_int_eq(get(NULL, "/debug/opsdk/requests"), 403);
    ck_assert_int_eq(get(&admin, "/debug/opsdk/requests"), 200);
    ck_assert_int_eq(get(&admin, "/debug/opsdk/nothing"), 404);
    stop();
}
END_TEST

TESTS("users", without_rbac_everybody_is_admin, nobody_is_anonymous, tokens_that_are_none_are_refused,
      certificates_name_users, certificates_of_others_are_refused, tls_alone, a_name_in_a_selector_is_what_is_asked_for,
      the_administrator_may_act_as_others, others_may_not, faults_can_be_for_one_user,
      the_servers_own_paths_are_the_administrators)
