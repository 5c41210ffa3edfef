#include "apiserver/hooks/post.h"
#include "apiserver/limits.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS 50 /* between looks at stop */

void *post_curl_new(void)
{
    return curl_multi_init();
}

void post_curl_free(void *curl)
{
    curl_multi_cleanup(curl);
}

static size_t on_data(char *data, size_t one, size_t n, void *user)
{
    post *p = user;

    buf_add(&p->answer, data, one * n);
    return p->answer.failed ? 0 : one * n;
}

static void set_tls(CURL *easy, const post *p)
{
    struct curl_blob ca = {.data = p->ca->data, .len = p->ca->len, .flags = CURL_BLOB_COPY};

    if (p->ca->len)
        curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
}

typedef struct sending {
    CURL *easy;
    struct curl_slist *headers, *to;
} sending;

static void sending_clear(void *multi, sending *s)
{
    if (s->easy) {
        curl_multi_remove_handle(multi, s->easy);
        curl_easy_cleanup(s->easy);
    }
    curl_slist_free_all(s->headers);
    curl_slist_free_all(s->to);
}

/* A proxy that the environment names is not for these. */
static void begin(void *multi, sending *s, post *p)
{
    char to[300];

    s->easy = curl_easy_init();
    if (!s->easy) {
        snprintf(p->trouble, sizeof(p->trouble), "out of memory");
        return;
    }
    snprintf(to, sizeof(to), "::%s", p->to ? p->to : "");
    s->to = p->to ? curl_slist_append(NULL, to) : NULL;
    s->headers = curl_slist_append(NULL, "Content-Type: application/json");
    s->headers = curl_slist_append(s->headers, "Accept: application/json, */*");
    s->headers = curl_slist_append(s->headers, "Expect:");
    curl_easy_setopt(s->easy, CURLOPT_URL, p->url);
    curl_easy_setopt(s->easy, CURLOPT_CONNECT_TO, s->to);
    curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
    curl_easy_setopt(s->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->len);
    curl_easy_setopt(s->easy, CURLOPT_POSTFIELDS, p->body);
    curl_easy_setopt(s->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(s->easy, CURLOPT_USERAGENT, "kube-apiserver-admission");
    curl_easy_setopt(s->easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, p->timeout_ms);
    curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, p);
    curl_easy_setopt(s->easy, CURLOPT_PRIVATE, p);
    set_tls(s->easy, p);
    curl_multi_add_handle(multi, s->easy);
}

static const char *in_go(CURL *easy, CURLcode code)
{
    long verified = 0;

    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return "context deadline exceeded";
    case CURLE_PEER_FAILED_VERIFICATION:
        return verified == 10  ? "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"
               : verified != 0 ? "tls: failed to verify certificate: x509: certificate signed by unknown authority"
                               : "tls: failed to verify certificate: x509: certificate is not valid for that name";
    case CURLE_GOT_NOTHING:
        return "EOF";
    default:
        return curl_easy_strerror(code);
    }
}

static void tell_refusal(post *p)
{
    const char *host = p->to ? p->to : strstr(p->url, "://") + 3;
    int len = (int)strcspn(host, "/?");
    bool port = host[0] == '[' ? strstr(host, "]:") != NULL : memchr(host, ':', (size_t)len) != NULL;

    snprintf(p->trouble, sizeof(p->trouble), "dial tcp %.*s%s: connect: connection refused", len, host,
             port ? "" : ":443");
}

static void end(const CURLMsg *m)
{
    CURL *easy = m->easy_handle;
    void *user = NULL;
    post *p;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &user);
    p = user;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &p->status);
    if (m->data.result == CURLE_OK)
        return;
    p->status = 0;
    if (m->data.result == CURLE_COULDNT_CONNECT)
        tell_refusal(p);
    else
        snprintf(p->trouble, sizeof(p->trouble), "%s", in_go(easy, m->data.result));
}

static void drain(void *multi)
{
    const CURLMsg *m;
    int left;

    do {
        m = curl_multi_info_read(multi, &left);
        if (m && m->msg == CURLMSG_DONE)
            end(m);
    } while (m);
}

void posts_run(void *multi, post *list, size_t n, const atomic_bool *stop)
{
    sending *all = calloc(n, sizeof(*all));
    int running = all != NULL;

    for (size_t i = 0; all && i < n; i++)
        if (list[i].url)
            begin(multi, &all[i], &list[i]);
    while (running && !atomic_load(stop)) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            break;
        drain(multi);
        if (running)
            curl_multi_poll(multi, NULL, 0, POLL_MS, NULL);
    }
    for (size_t i = 0; i < n; i++) {
        if (all)
            sending_clear(multi, &all[i]);
        if (list[i].url && !list[i].status && !*list[i].trouble)
            snprintf(list[i].trouble, sizeof(list[i].trouble), all ? "context canceled" : "out of memory");
    }
    free(all);
}
