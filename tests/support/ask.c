#include "tests/support/ask.h"
#include "core/buf.h"
#include "tests/support/suite.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t take(char *data, size_t size, size_t n, void *user)
{
    buf_add(user, data, size * n);
    return size * n;
}

static struct curl_slist *headers_of(const asker *who, const char *method)
{
    struct curl_slist *list =
        curl_slist_append(NULL, strcmp(method, "PATCH") == 0 ? "Content-Type: application/merge-patch+json"
                                                             : "Content-Type: application/json");
    auto_buf line = BUF_INIT(65536);

    if (who && who->token) {
        buf_printf(&line, "Authorization: Bearer %s", who->token);
        list = curl_slist_append(list, line.data);
    }
    for (size_t i = 0; who && i < 8 && who->headers[i]; i++)
        list = curl_slist_append(list, who->headers[i]);
    return list;
}

static void set_files(CURL *easy, const asker *who)
{
    if (!who || !who->ca)
        return;
    curl_easy_setopt(easy, CURLOPT_CAINFO, who->ca);
    if (who->cert) {
        curl_easy_setopt(easy, CURLOPT_SSLCERT, who->cert);
        curl_easy_setopt(easy, CURLOPT_SSLKEY, who->key);
    }
}

long ask(const opsdk_apiserver *server, const asker *who, const char *method, const char *path, const char *body,
         json_t **ret)
{
    CURL *easy = curl_easy_init();
    struct curl_slist *headers = headers_of(who, method);
    auto_buf url = BUF_INIT(65536), text = BUF_INIT(64u << 20);
    long status = 0;
    CURLcode r;

    buf_printf(&url, "%s%s", opsdk_apiserver_url(server), path);
    curl_easy_setopt(easy, CURLOPT_URL, url.data);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &text);
    set_files(easy, who);
    if (body)
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    r = curl_easy_perform(easy);
    ck_assert_msg(r == CURLE_OK, "%s %s: %s", method, path, curl_easy_strerror(r));
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    if (ret)
        *ret = text.data ? json_loads(text.data, 0, NULL) : NULL;
    return status;
}

char *ask_kubeconfig(const char *path, const char *key)
{
    static char text[65536];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
    char *at;

    ck_assert_ptr_nonnull(f);
    fclose(f);
    text[n] = '\0';
    at = strstr(text, key);
    ck_assert_ptr_nonnull(at);
    at += strlen(key);
    at += strspn(at, ": \"");
    return strndup(at, strcspn(at, ",}\"\n"));
}

char *ask_token(opsdk_apiserver *server, const char *user, const char *const *groups)
{
    const char *path = NULL;
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_kubeconfig_for(server, user, groups, &path, &err) == 0, "%s", err.message);
    return ask_kubeconfig(path, "token");
}

const char *ask_text(const json_t *doc, const char *pointer)
{
    char member[256];
    const char *text;

    while (doc && *pointer == '/') {
        size_t len = strcspn(++pointer, "/");
        snprintf(member, sizeof(member), "%.*s", (int)len, pointer);
        pointer += len;
        doc = json_is_array(doc) ? json_array_get(doc, strtoul(member, NULL, 10)) : json_object_get(doc, member);
    }
    text = json_string_value(doc);
    return text ? text : "";
}
