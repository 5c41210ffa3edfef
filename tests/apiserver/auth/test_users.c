/* Who asks: nobody, tokens, and those who act as somebody else. */
#include "tests/support/ask.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PODS "/api/v1/namespaces/default/pods"

static opsdk_apiserver *server;
static char *admin;
static json_t *answer;

static void start(bool rbac)
{
    opsdk_apiserver_opts opts = {.rbac = rbac};
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_start(&opts, &server, &err) == 0, "%s", err.message);
    if (rbac)
        admin = ask_kubeconfig(opsdk_apiserver_kubeconfig(server), "token");
}

static void stop(void)
{
    json_decref(answer);
    answer = NULL;
    free(admin);
    admin = NULL;
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
    char *token;

    start(false);
    token = ask_token(server, "jane", NULL);
    ck_assert_int_eq(get(NULL, PODS), 200);
    ck_assert_int_eq(get(&(asker){.token = "nonsense"}, PODS), 200);
    ck_assert_uint_eq(requests_of("kubernetes-admin"), 2);
    ck_assert_int_eq(get(&(asker){.token = token}, PODS), 200);
    ck_assert_uint_eq(requests_of("jane"), 1);
    ck_assert_int_eq(get(&(asker){.headers = {"Impersonate-User: joe"}}, PODS), 200);
    ck_assert_uint_eq(requests_of("joe"), 1);
    free(token);
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

START_TEST(tokens_that_are_none_are_refused)
{
    char *token;

    start(true);
    ck_assert_int_eq(get(&(asker){.token = "nonsense"}, PODS), 401);
    ck_assert_str_eq(ask_text(answer, "/message"), "Unauthorized");
    ck_assert_str_eq(ask_text(answer, "/reason"), "Unauthorized");
    ck_assert_ptr_null(json_object_get(answer, "details"));
    token = strdup(admin);
    token[strlen(token) - 2] ^= 1;
    ck_assert_int_eq(get(&(asker){.token = token}, PODS), 401);
    ck_assert_int_eq(get(&(asker){.token = admin}, PODS), 200);
    free(token);
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

START_TEST(the_administrator_may_act_as_others)
{
    asker who = {0};

    start(true);
    who = (asker){.token = admin, .headers = {"Impersonate-User: joe"}};
    ck_assert_int_eq(get(&who, PODS), 403);
    ck_assert_int_eq(strncmp(ask_text(answer, "/message"), "pods is forbidden: User \"joe\" cannot", 36), 0);
    who.headers[1] = "Impersonate-Group: system:masters";
    ck_assert_int_eq(get(&who, PODS), 200);
    who = (asker){.token = admin, .headers = {"Impersonate-Group: system:masters"}};
    ck_assert_int_eq(get(&who, PODS), 400);
    ck_assert_str_eq(ask_text(answer, "/message"),
                     "requested [{Group  system:masters    }] without impersonating a user");
    stop();
}
END_TEST

START_TEST(others_may_not)
{
    char *token;
    asker who = {0};

    start(true);
    token = ask_token(server, "jane", NULL);
    who = (asker){.token = token, .headers = {"Impersonate-User: system:serviceaccount:a:b"}};
    ck_assert_int_eq(get(&who, PODS), 403);
    ck_assert_str_eq(
        ask_text(answer, "/message"),
        "serviceaccounts \"b\" is forbidden: User \"jane\" cannot impersonate resource \"serviceaccounts\" in "
        "API group \"\" in the namespace \"a\"");
    who.headers[0] = "Impersonate-User: <joe>";
    ck_assert_int_eq(get(&who, PODS), 403);
    ck_assert_str_eq(
        ask_text(answer, "/message"),
        "users \"<joe>\" is forbidden: User \"jane\" cannot impersonate resource \"users\" in API group \"\" "
        "at the cluster scope");
    free(token);
    stop();
}
END_TEST

/* Faults and the request log are reached over HTTP, too. */
START_TEST(the_servers_own_paths_are_the_administrators)
{
    start(true);
    ck_assert_int_eq(get(NULL, "/debug/opsdk/requests"), 403);
    ck_assert_int_eq(get(&(asker){.token = admin}, "/debug/opsdk/requests"), 200);
    ck_assert_int_eq(get(&(asker){.token = admin}, "/debug/opsdk/nothing"), 404);
    stop();
}
END_TEST

TESTS("users", without_rbac_everybody_is_admin, nobody_is_anonymous, tokens_that_are_none_are_refused,
      a_name_in_a_selector_is_what_is_asked_for, the_administrator_may_act_as_others, others_may_not,
      the_servers_own_paths_are_the_administrators)
