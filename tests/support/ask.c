#include "tests/support/ask.h"
#include "core/base64.h"
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

static void set_blob(CURL *easy, CURLoption option, char *pem)
{
    struct curl_blob blob = {.data = pem, .len = pem ? strlen(pem) : 0, .flags = CURL_BLOB_COPY};

    if (pem)
        curl_easy_setopt(easy, option, &blob);
}

/* What a kubeconfig has behind the key; NULL: nothing. */
static char *value_of(const char *text, const char *key)
{
    const char *at = strstr(text, key);

    if (!at)
        return NULL;
    at += strlen(key);
    at += strspn(at, ": \"");
    return strndup(at, strcspn(at, ",}\"\n"));
}

static char *decoded(const char *text, const char *key)
{
    auto_buf pem = BUF_INIT(65536);
    char *data = value_of(text, key);

    if (data)
        ck_assert(base64_decode(data, strlen(data), &pem));
    free(data);
    return data ? buf_take(&pem, NULL) : NULL;
}

asker ask_as(const char *kubeconfig)
{
    char text[65536];
    FILE *f = fopen(kubeconfig, "r");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

    ck_assert_ptr_nonnull(f);
    fclose(f);
    text[n] = '\0';
    return (asker){.token = value_of(text, " token:"),
                   .ca = decoded(text, "certificate-authority-data:"),
                   .cert = decoded(text, "client-certificate-data:"),
                   .key = decoded(text, "client-key-data:")};
}

asker ask_user(opsdk_apiserver *server, const char *user, const char *const *groups)
{
    const char *path = NULL;
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_kubeconfig_for(server, user, groups, &path, &err) == 0, "%s", err.message);
    return ask_as(path);
}

void asker_clear(asker *a)
{
    free(a->token);
    free(a->ca);
    free(a->cert);
    free(a->key);
    *a = (asker){0};
}

static void set_tls(CURL *easy, const opsdk_apiserver *server, const asker *who)
{
    asker own = ask_as(opsdk_apiserver_kubeconfig(server));

    set_blob(easy, CURLOPT_CAINFO_BLOB, own.ca);
    set_blob(easy, CURLOPT_SSLCERT_BLOB, who ? who->cert : NULL);
    set_blob(easy, CURLOPT_SSLKEY_BLOB, who ? who->key : NULL);
    asker_clear(&own);
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
    set_tls(easy, server, who);
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

const char *ask_text(const json_t *doc, const char *pointer)
{
    char member[256];
    const char *text;

    while (doc && *pointer == '/') {
        size_t n = 0;
        for (pointer++; *pointer && *pointer != '/' && n < sizeof(member) - 1; pointer++)
            member[n++] = strncmp(pointer, "~1", 2) == 0 ? (pointer++, '/') : *pointer;
        member[n] = '\0';
        doc = json_is_array(doc) ? json_array_get(doc, strtoul(member, NULL, 10)) : json_object_get(doc, member);
    }
    text = json_string_value(doc);
    return text ? text : "";
}
