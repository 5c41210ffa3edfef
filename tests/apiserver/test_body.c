/* Bodies that are none: what kube-apiserver 1.35 answered to the same. */
#include "tests/apiserver/question.h"

#include "tests/support/suite.h"

#include <stdlib.h>

#define MAPS "/api/v1/namespaces/default/configmaps"
#define UNRECOGNIZED "the object provided is unrecognized (must be of type ConfigMap): "
#define PARSE "couldn't get version/kind; json parse error: "
#define STRUCT \
    "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }"

static const struct {
    const char *body, *type;
    int status;
    const char *message;
} bodies[] = {
    {"{\"a\":tru", "application/json", 400,
     UNRECOGNIZED PARSE "invalid character ' ' in literal true (expecting 'e') ({\"a\":tru)"},
    {"[]", "application/json", 400,
     UNRECOGNIZED PARSE "json: cannot unmarshal array into Go value of type " STRUCT " (5b5d)"},
    {"\"x\"", "application/json", 400,
     UNRECOGNIZED PARSE "json: cannot unmarshal string into Go value of type " STRUCT " (227822)"},
    {"7", "application/json", 400,
     UNRECOGNIZED PARSE "json: cannot unmarshal number into Go value of type " STRUCT " (37)"},
    {"true", "application/json", 400,
     UNRECOGNIZED PARSE "json: cannot unmarshal bool into Go value of type " STRUCT " (74727565)"},
    {"{\"kind\":1}", "application/json", 400,
     UNRECOGNIZED PARSE "json: cannot unmarshal number into Go struct field .kind of type string ({\"kind\":1})"},
    {"{\"apiVersion\":[]}", "application/json", 400,
     UNRECOGNIZED PARSE
     "json: cannot unmarshal array into Go struct field .apiVersion of type string ({\"apiVersion\":[]})"},
    {"{\"apiVersion\":\"a/b/c\"}", "application/json", 400,
     UNRECOGNIZED "unexpected GroupVersion string: a/b/c ({\"apiVersion\":\"a/b/c\"})"},
    {"{\"kind\":\"Pod\"}", "application/json", 400,
     "Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown "
     "conversion"},
    {"{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":7}", "application/json", 400,
     "Pod in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field "
     "Pod.metadata of type v1.ObjectMeta"},
    {"{\"kind\":\"None\",\"apiVersion\":\"v1\"}", "application/json", 400,
     "None in version \"v1\" cannot be handled as a ConfigMap: no kind \"None\" is registered for version \"v1\" in "
     "scheme \"pkg/runtime/scheme.go:111\""},
    {"{\"kind\":\"ConfigMap\",\"apiVersion\":\"v2\"}", "application/json", 400,
     "ConfigMap in version \"v2\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for version "
     "\"v2\" in scheme \"pkg/runtime/scheme.go:111\""},
    {"{\"kind\":\"ConfigMap\",\"apiVersion\":\"apps/v1\"}", "application/json", 400,
     "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for version "
     "\"apps/v1\" in scheme \"pkg/runtime/scheme.go:111\""},
    {"null", "application/json", 422,
     "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"},
    {"{\"metadata\":{\"name\":\"x\"},\"data\":{\"a\":1}}", "application/json", 400,
     "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field "
     "ConfigMap.data of type string"},
    {"a: b: c", "application/yaml", 400,
     UNRECOGNIZED "yaml: mapping values are not allowed in this context (613a20623a2063)"},
    {"- a", "application/yaml", 400,
     UNRECOGNIZED PARSE "json: cannot unmarshal array into Go value of type " STRUCT " (2d2061)"},
    {"x", "text/plain", 415,
     "the body of the request was in an unknown format - accepted media types include: application/json, "
     "application/yaml, application/vnd.kubernetes.protobuf"},
    {"{} {}", "application/json", 400, UNRECOGNIZED PARSE "invalid character '{' after top-level value ({} {})"},
    {"{\"a\":\"this is a text that is much longer than thirty bytes\"", "application/json", 400,
     UNRECOGNIZED PARSE "unexpected end of JSON input ({\"a\":\"this is a text that is m ...)"},
    {"{\"metadata\":{\"name\":\"x\"},\"data\":{\"k\":99999999999999999999}}", "application/json", 400,
     "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field "
     "ConfigMap.data of type string"},
    {"{\"metadata\":{\"name\":\"NO\",\"generation\":7},\"nope\":99999999999999999999}", "application/json", 422,
     "ConfigMap \"NO\" is invalid: metadata.name: Invalid value: \"NO\": a lowercase RFC 1123 subdomain must consist "
     "of "
     "lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. "
     "'example.com', regex used for validation is "
     "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
    {"{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"spec\":{\"replicas\":\"x\"}}", "application/json", 400,
     "Deployment in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal string into Go struct "
     "field DeploymentSpec.spec.replicas of type int32"},
    {" ", "application/json", 400, UNRECOGNIZED PARSE "unexpected end of JSON input (20)"},
    {"{\"metadata\":{\"name\":\"x\",\"name\":\"y\"},\"data\":7}", "application/json", 400,
     "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field "
     "ConfigMap.data of type map[string]string"},
};

static opsdk_apiserver *server;

static void start(void)
{
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_apiserver_start(NULL, &server, &err), 0);
}

/* As a POST of a config map; the message of the answer, the caller's. */
static char *post(const char *type, const char *body, size_t len, int status)
{
    const question q = {.method = "POST", .path = MAPS, .type = type, .body = body, .len = len};
    char *text = NULL, *message;
    json_t *answer;
    bool hit;

    ck_assert_int_eq(question_ask(server, &q, 0, &hit, &text), status);
    answer = json_loads(text, 0, NULL);
    message = strdup(json_string_value(json_object_get(answer, "message")));
    json_decref(answer);
    free(text);
    return message;
}

START_TEST(says_what_the_server_says)
{
    start();
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        char *message = post(bodies[i].type, bodies[i].body, strlen(bodies[i].body), bodies[i].status);
        ck_assert_str_eq(message, bodies[i].message);
        free(message);
    }
    server = opsdk_apiserver_stop(server);
}
END_TEST

START_TEST(bytes_that_are_no_text)
{
    char *message;

    start();
    message = post("application/json", "\xff\xfe", 2, 400);
    ck_assert_str_eq(message, UNRECOGNIZED PARSE "invalid character '\xc3\xbf' looking for beginning of value (fffe)");
    free(message);
    message = post("application/json", "", LIMIT_REQUEST_BODY + 1, 413); /* of which the rest was not kept */
    ck_assert_str_eq(message, "Request entity too large: limit is 3145728");
    free(message);
    server = opsdk_apiserver_stop(server);
}
END_TEST

TESTS("body", says_what_the_server_says, bytes_that_are_no_text)
