#include "tests/support/api.h"

#include <check.h>
#include <curl/curl.h>
#include <opsdk/yaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_MS 60000

opsdk_apiserver *api_server;
static CURL *curl;
static struct curl_slist *headers;
static char warnings[8192];

void api_start(const opsdk_apiserver_opts *opts)
{
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_start(opts, &api_server, &err) == 0, "%s", err.message);
    curl = curl_easy_init();
    ck_assert_ptr_nonnull(curl);
}

void api_stop(void)
{
    curl_easy_cleanup(curl);
    curl = NULL;
    api_server = opsdk_apiserver_stop(api_server);
}

typedef struct text {
    char *data;
    size_t len;
} text;

static size_t on_body(char *data, size_t one, size_t n, void *user)
{
    text *t = user;

    t->data = realloc(t->data, t->len + one * n + 1);
    memcpy(t->data + t->len, data, one * n);
    t->len += one * n;
    t->data[t->len] = '\0';
    return one * n;
}

static size_t on_header(char *data, size_t one, size_t n, void *unused)
{
    size_t at = strlen(warnings);

    (void)unused;
    if (strncasecmp(data, "warning:", 8) == 0)
        snprintf(warnings + at, sizeof(warnings) - at, "%.*s", (int)(one * n), data);
    return one * n;
}

static const char *type_of(const char **method)
{
    static const char *const types[][2] = {{"MERGE", "application/merge-patch+json"},
                                           {"JSONPATCH", "application/json-patch+json"},
                                           {"STRATEGIC", "application/strategic-merge-patch+json"},
                                           {"APPLY", "application/apply-patch+yaml"}};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(*method, types[i][0]) == 0) {
            *method = "PATCH";
            return types[i][1];
        }
    return "application/json";
}

static char *to_json(const char *yaml)
{
    opsdk_error err = {0};
    json_t *doc = NULL;
    char *out;

    ck_assert_msg(opsdk_yaml_parse("body", yaml, strlen(yaml), &doc, &err) == 0, "%s in %s", err.message, yaml);
    out = json_dumps(doc, JSON_COMPACT);
    json_decref(doc);
    return out;
}

static long send_it(const char *method, const char *target, const char *body, text *out)
{
    char url[1024], line[128];
    long status = 0;
    CURLcode r;

    snprintf(line, sizeof(line), "Content-Type: %s", type_of(&method));
    snprintf(url, sizeof(url), "%s%s", opsdk_apiserver_url(api_server), target);
    headers = curl_slist_append(NULL, line);
    warnings[0] = '\0';
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    r = curl_easy_perform(curl);
    ck_assert_msg(r == CURLE_OK, "%s %s: %s", method, target, curl_easy_strerror(r));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    return status;
}

static json_t *ask(long want, const char *method, const char *target, const char *body, va_list args)
{
    char *yaml = NULL, *json = NULL;
    text out = {0};
    json_t *answer;
    long status;

    if (body)
        ck_assert_int_ge(vasprintf(&yaml, body, args), 0);
    json = yaml ? to_json(yaml) : NULL;
    status = send_it(method, target, json, &out);
    ck_assert_msg(status == want, "%s %s %s: %ld, not %ld: %s", method, target, json ? json : "", status, want,
                  out.data ? out.data : "");
    answer = out.data ? json_loadb(out.data, out.len, 0, NULL) : NULL;
    free(yaml);
    free(json);
    free(out.data);
    return answer;
}

json_t *api_ask(long status, const char *method, const char *target, const char *body, ...)
{
    json_t *answer;
    va_list args;

    va_start(args, body);
    answer = ask(status, method, target, body, args);
    va_end(args);
    return answer;
}

void api_do(long status, const char *method, const char *target, const char *body, ...)
{
    va_list args;

    va_start(args, body);
    json_decref(ask(status, method, target, body, args));
    va_end(args);
}

const char *api_warnings(void)
{
    return warnings;
}

static const json_t *at(const json_t *value, const char *pointer)
{
    char name[256];

    while (value && *pointer == '/') {
        size_t len = strcspn(++pointer, "/");
        snprintf(name, sizeof(name), "%.*s", (int)len, pointer);
        value = json_is_array(value) ? json_array_get(value, (size_t)strtoul(name, NULL, 10))
                                     : json_object_get(value, name);
        pointer += len;
    }
    return value;
}

const char *api_text(const json_t *answer, const char *pointer)
{
    const char *found = json_string_value(at(answer, pointer));

    return found ? found : "";
}

static long get(const char *target, const char *pointer, char *room, size_t len)
{
    text out = {0};
    long status = send_it("GET", target, NULL, &out);
    json_t *answer = out.data ? json_loadb(out.data, out.len, 0, NULL) : NULL;

    snprintf(room, len, "%s", api_text(answer, pointer));
    json_decref(answer);
    free(out.data);
    return status;
}

const char *api_get(const char *target, const char *pointer)
{
    static _Thread_local char found[4096];

    get(target, pointer, found, sizeof(found));
    return found;
}

long api_status(const char *target)
{
    char unused[1];

    return get(target, "", unused, sizeof(unused));
}

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void pause_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

void api_wait_gone(const char *target)
{
    int64_t until = now_ms() + WAIT_MS;

    while (api_status(target) != 404) {
        ck_assert_msg(now_ms() < until, "%s does not go", target);
        pause_a_little();
    }
}

void api_wait(const char *target, const char *pointer, const char *want)
{
    int64_t until = now_ms() + WAIT_MS;

    while (strcmp(api_get(target, pointer), want) != 0) {
        ck_assert_msg(now_ms() < until, "%s %s is \"%s\", not \"%s\"", target, pointer, api_get(target, pointer), want);
        pause_a_little();
    }
}

size_t api_count(const char *verb, const char *resource, const char *user)
{
    return opsdk_apiserver_requests(
        api_server, &(opsdk_apiserver_filter){.verb = verb, .resource = resource, .user = user}, NULL, NULL);
}
