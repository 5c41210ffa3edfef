#include "tests/conformance/wire.h"

#include "tests/conformance/tool.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIRE_TIMEOUT_MS 30000L

struct wire {
    wire_opts opts;
    CURLM *multi;
    exchange *all;
};

int64_t wire_now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

wire *wire_new(const wire_opts *opts)
{
    wire *w = keep(calloc(1, sizeof(*w)));

    curl_global_init(CURL_GLOBAL_DEFAULT);
    w->opts = *opts;
    w->multi = keep(curl_multi_init());
    return w;
}

wire *wire_free(wire *w)
{
    if (!w)
        return NULL;
    while (w->all)
        wire_drop(w, w->all);
    curl_multi_cleanup(w->multi);
    free(w);
    return NULL;
}

static size_t on_bytes(char *data, size_t size, size_t n, void *user)
{
    buf_add(user, data, size * n);
    return size * n;
}

/* A header line that is empty behind its colon takes a header of curl's away. */
static void add_headers(exchange *x, const ask *a)
{
    auto_buf line = BUF_INIT(TOOL_TEXT_MAX);
    bool typed = false, accepts = false, agent = false;

    for (size_t i = 0; i < a->n_headers; i++) {
        typed = typed || strncasecmp(a->headers[i], "Content-Type:", 13) == 0;
        accepts = accepts || strncasecmp(a->headers[i], "Accept:", 7) == 0;
        agent = agent || strncasecmp(a->headers[i], "User-Agent:", 11) == 0;
        x->headers = keep(curl_slist_append(x->headers, a->headers[i]));
    }
    buf_printf(&line, "Content-Type:%s%s", a->type ? " " : "", a->type ? a->type : "");
    if (!typed)
        x->headers = keep(curl_slist_append(x->headers, line.data));
    if (!accepts)
        x->headers = keep(curl_slist_append(x->headers, "Accept: application/json"));
    if (!agent)
        x->headers = keep(curl_slist_append(x->headers, "User-Agent: conformance/1"));
    x->headers = keep(curl_slist_append(x->headers, "Expect:"));
}

static void set_body(exchange *x, const ask *a)
{
    if (strcmp(a->method, "HEAD") == 0) {
        curl_easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (a->body || strcmp(a->method, "GET") != 0) {
        x->sent = keep(malloc(a->body_len + 1));
        if (a->body_len > 0)
            memcpy(x->sent, a->body, a->body_len);
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, x->sent);
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)a->body_len);
    }
    curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, a->method);
}

static void set_tls(const wire *w, exchange *x, bool anonymous)
{
    if (w->opts.ca)
        curl_easy_setopt(x->easy, CURLOPT_CAINFO, w->opts.ca);
    if (anonymous || !w->opts.cert)
        return;
    curl_easy_setopt(x->easy, CURLOPT_SSLCERT, w->opts.cert);
    curl_easy_setopt(x->easy, CURLOPT_SSLKEY, w->opts.key);
}

static exchange *begin(wire *w, const ask *a)
{
    exchange *x = keep(calloc(1, sizeof(*x)));
    auto_buf url = BUF_INIT(TOOL_TEXT_MAX);

    buf_printf(&url, "%s%s", w->opts.url, a->path);
    x->url = keep(buf_take(&url, NULL));
    x->head = x->body = BUF_INIT(TOOL_TEXT_MAX);
    x->easy = keep(curl_easy_init());
    curl_easy_setopt(x->easy, CURLOPT_URL, x->url);
    curl_easy_setopt(x->easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(x->easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(x->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(x->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, &x->body);
    curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_bytes);
    curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, &x->head);
    curl_easy_setopt(x->easy, CURLOPT_PRIVATE, x);
    set_body(x, a);
    set_tls(w, x, a->anonymous);
    add_headers(x, a);
    curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
    curl_multi_add_handle(w->multi, x->easy);
    x->next = w->all;
    w->all = x;
    return x;
}

static void reap(wire *w)
{
    CURLMsg *msg;
    int left;

    while ((msg = curl_multi_info_read(w->multi, &left))) {
        exchange *x = NULL;

        if (msg->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&x);
        x->done = true;
        x->broken = msg->data.result != CURLE_OK;
        if (x->broken)
            buf_printf(&x->head, "X-Broken: %s\r\n", curl_easy_strerror(msg->data.result));
    }
}

void wire_turn(wire *w, int ms)
{
    int running;

    curl_multi_perform(w->multi, &running);
    reap(w);
    curl_multi_poll(w->multi, NULL, 0, ms, NULL);
    curl_multi_perform(w->multi, &running);
    reap(w);
}

/* The head is whole when the empty line behind it is there, unless it is one of "100 Continue". */
static bool head_done(const exchange *x)
{
    long code = 0;

    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &code);
    return code >= 200 && x->head.len >= 4 && memcmp(x->head.data + x->head.len - 4, "\r\n\r\n", 4) == 0;
}

static exchange *run(wire *w, const ask *a, bool to_head)
{
    exchange *x = begin(w, a);
    int64_t end = wire_now_ms() + WIRE_TIMEOUT_MS;

    while (!x->done && !(to_head && head_done(x)) && wire_now_ms() < end)
        wire_turn(w, 50);
    if (!x->done && !to_head)
        x->broken = true;
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &x->status);
    return x;
}

exchange *wire_ask(wire *w, const ask *a)
{
    return run(w, a, false);
}

exchange *wire_start(wire *w, const ask *a)
{
    return run(w, a, true);
}

exchange *wire_drop(wire *w, exchange *x)
{
    exchange **link = &w->all;

    if (!x)
        return NULL;
    while (*link && *link != x)
        link = &(*link)->next;
    if (*link)
        *link = x->next;
    curl_multi_remove_handle(w->multi, x->easy);
    curl_easy_cleanup(x->easy);
    curl_slist_free_all(x->headers);
    buf_clear(&x->head);
    buf_clear(&x->body);
    free(x->url);
    free(x->sent);
    free(x);
    return NULL;
}
