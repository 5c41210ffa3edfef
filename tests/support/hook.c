#include "tests/support/hook.h"
#include "core/base64.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fakeapi *hook;
char hook_ca[8192];

void hook_serve(const fakeapi_opts *opts)
{
    auto_buf text = BUF_INIT(1u << 20);
    const char *pem;

    hook = fakeapi_start(opts);
    pem = fakeapi_authority(hook)->cert;
    base64_encode(pem, strlen(pem), &text);
    snprintf(hook_ca, sizeof(hook_ca), "%s", text.data);
}

void hook_start(void)
{
    api_start(NULL);
    hook_serve(&(fakeapi_opts){.tls = true});
}

void hook_stop(void)
{
    api_stop();
    hook = fakeapi_stop(hook);
}

void hook_add(const char *kind, const char *name, const char *rules, const char *more)
{
    char target[128], url[160];

    snprintf(url, sizeof(url), "%s/%s", fakeapi_url(hook), name);
    snprintf(target, sizeof(target), "/apis/admissionregistration.k8s.io/v1/%swebhookconfigurations", kind);
    api_do(201, "POST", target,
           "{metadata: {name: %s}, webhooks: [{name: %s.example.com, clientConfig: {url: '%s', caBundle: '%s'}, "
           "rules: [%s], sideEffects: None, admissionReviewVersions: [v1]%s}]}",
           name, name, url, hook_ca, rules, more);
}

void hook_on(const char *name, char *(*make)(const char *body, void *user), void *user)
{
    char what[64];

    snprintf(what, sizeof(what), "POST /%s", name);
    fakeapi_on(hook, what, (fakeapi_reply){.make = make, .user = user, .times = -1});
}

/* ---- answers ---- */

static char *respond(const char *body, json_t *response)
{
    json_t *question = json_loads(body, 0, NULL), *answer;
    char *text;

    json_object_set(response, "uid", json_object_get(json_object_get(question, "request"), "uid"));
    answer = json_pack("{s:s, s:s, s:o}", "apiVersion", "admission.k8s.io/v1", "kind", "AdmissionReview", "response",
                       response);
    text = json_dumps(answer, 0);
    json_decref(answer);
    json_decref(question);
    return text;
}

char *hook_say(const char *body, void *user)
{
    return respond(body, json_loads(user ? user : "{\"allowed\": true}", 0, NULL));
}

char *hook_patch(const char *body, void *user)
{
    auto_buf text = BUF_INIT(65536);

    base64_encode(user, strlen(user), &text);
    return respond(body, json_pack("{s:b, s:s, s:s}", "allowed", 1, "patchType", "JSONPatch", "patch", text.data));
}

json_t *hook_question(int n)
{
    json_t *whole = json_loads(fakeapi_wait(hook, n).body, 0, NULL),
           *asked = json_incref(json_object_get(whole, "request"));

    ck_assert_str_eq(api_text(whole, "/apiVersion"), "admission.k8s.io/v1");
    json_decref(whole);
    return asked;
}
