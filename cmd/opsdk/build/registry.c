#include "registry.h"

#include "../file.h"
#include "credentials.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CONNECT_MS 10000L
#define SILENCE_S 60L

struct registry {
    CURL *h;
    const reference *name;
    push_opts opts;
    char *origin;        /* "https://host:port" */
    char *authorization; /* header to send, or NULL */
    char *basic;         /* base64 of user and password, or NULL */
    char *body, *location, *challenge, *content_digest;
    size_t len;
    FILE *from;
    char error[CURL_ERROR_SIZE];
};

static bool is_local(const char *host)
{
    size_t len = strcspn(host, ":");

    return (len == 9 && strncmp(host, "localhost", 9) == 0) || (len == 9 && strncmp(host, "127.0.0.1", 9) == 0);
}

int registry_open(const reference *push, const push_opts *opts, registry **ret, opsdk_error *err)
{
    const char *host = strcmp(push->registry, "docker.io") == 0 ? "registry-1.docker.io" : push->registry;
    registry *g = calloc(1, sizeof(*g));

    if (!g)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    g->name = push;
    g->opts = *opts;
    g->h = curl_easy_init();
    g->origin = file_format("%s://%s", opts->plain_http || is_local(host) ? "http" : "https", host);
    g->basic = credentials_find(push->registry);
    if (!g->h || !g->origin) {
        registry_close(g);
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    }
    *ret = g;
    return 0;
}

void registry_close(registry *g)
{
    char *const own[] = {g->origin, g->authorization, g->basic, g->body, g->location, g->challenge, g->content_digest};

    curl_easy_cleanup(g->h);
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
        free(own[i]);
    free(g);
}

static void set(char **to, const char *text, size_t len)
{
    free(*to);
    *to = strndup(text, len);
}

static size_t on_body(char *data, size_t one, size_t len, void *user)
{
    registry *g = user;
    char *more = g->len + len <= REGISTRY_REPLY ? realloc(g->body, g->len + len + 1) : NULL;

    (void)one;
    if (!more)
        return 0;
    memcpy(more + g->len, data, len);
    g->body = more;
    g->len += len;
    g->body[g->len] = '\0';
    return len;
}

static size_t on_header(char *line, size_t one, size_t len, void *user)
{
    registry *g = user;
    const struct {
        const char *name;
        char **to;
    } wanted[] = {{"location:", &g->location},
                  {"www-authenticate:", &g->challenge},
                  {"docker-content-digest:", &g->content_digest}};

    (void)one;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
        size_t n = strlen(wanted[i].name), end = len;

        if (len < n || strncasecmp(line, wanted[i].name, n) != 0)
            continue;
        while (n < end && strchr(" \t", line[n]))
            n++;
        while (end > n && strchr(" \t\r\n", line[end - 1]))
            end--;
        set(wanted[i].to, line + n, end - n);
    }
    return len;
}

static size_t on_read(char *to, size_t one, size_t len, void *user)
{
    (void)one;
    return fread(to, 1, len, ((registry *)user)->from);
}

/* Of a large layer, on a terminal. */
static int on_progress(void *user, curl_off_t down, curl_off_t down_now, curl_off_t up, curl_off_t up_now)
{
    (void)user;
    (void)down;
    (void)down_now;
    if (up > 1 << 20)
        fprintf(stderr, "\r%3d %% of %lld KiB%s", (int)(up_now * 100 / up), (long long)(up >> 10),
                up_now == up ? "\r\033[K" : "");
    return 0;
}

static void prepare(registry *g, const char *url)
{
    curl_easy_reset(g->h);
    curl_easy_setopt(g->h, CURLOPT_URL, url);
    curl_easy_setopt(g->h, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(g->h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(g->h, CURLOPT_ERRORBUFFER, g->error);
    curl_easy_setopt(g->h, CURLOPT_USERAGENT, "opsdk");
    curl_easy_setopt(g->h, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(g->h, CURLOPT_LOW_SPEED_TIME, SILENCE_S);
    curl_easy_setopt(g->h, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(g->h, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(g->h, CURLOPT_WRITEDATA, g);
    curl_easy_setopt(g->h, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(g->h, CURLOPT_HEADERDATA, g);
    curl_easy_setopt(g->h, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(g->h, CURLOPT_NOPROGRESS, isatty(STDERR_FILENO) ? 0L : 1L);
    if (g->opts.ca)
        curl_easy_setopt(g->h, CURLOPT_CAINFO, g->opts.ca);
    set(&g->body, "", 0);
    set(&g->location, "", 0);
    set(&g->challenge, "", 0);
    set(&g->content_digest, "", 0);
    g->len = 0;
}

static int send_it(registry *g, struct curl_slist *headers, opsdk_error *err)
{
    CURLcode code;

    curl_easy_setopt(g->h, CURLOPT_HTTPHEADER, headers);
    code = curl_easy_perform(g->h);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return opsdk_error_set(err, OPSDK_EIO, "%s: %s", g->origin, *g->error ? g->error : curl_easy_strerror(code));
    return 0;
}

/* The header is not for whomever Location points to. */
static bool ours(const registry *g, const char *url)
{
    size_t len = strlen(g->origin);

    return strncmp(url, g->origin, len) == 0 && (url[len] == '/' || url[len] == '\0');
}

static int set_body(registry *g, const registry_request *q, opsdk_error *err)
{
    if (q->file) {
        g->from = fopen(q->file, "re");
        if (!g->from)
            return opsdk_error_set(err, OPSDK_EIO, "%s: cannot be read", q->file);
        curl_easy_setopt(g->h, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(g->h, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(g->h, CURLOPT_READDATA, g);
        curl_easy_setopt(g->h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)q->size);
    } else if (q->text) {
        curl_easy_setopt(g->h, CURLOPT_POSTFIELDS, q->text);
        curl_easy_setopt(g->h, CURLOPT_POSTFIELDSIZE, (long)strlen(q->text));
    } else if (strcmp(q->method, "HEAD") == 0) {
        curl_easy_setopt(g->h, CURLOPT_NOBODY, 1L);
        return 0;
    }
    curl_easy_setopt(g->h, CURLOPT_CUSTOMREQUEST, q->method);
    return 0;
}

static int once(registry *g, const registry_request *q, registry_reply *ret, opsdk_error *err)
{
    auto_free char *url = *q->path == '/' ? file_format("%s%s", g->origin, q->path) : strdup(q->path);
    auto_free char *type = q->type ? file_format("Content-Type: %s", q->type) : NULL;
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    int r;

    if (!url)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    prepare(g, url);
    r = set_body(g, q, err);
    if (type)
        headers = curl_slist_append(headers, type);
    if (strcmp(q->method, "POST") == 0 && !q->text) {
        headers = curl_slist_append(headers, "Content-Length: 0");
        headers = curl_slist_append(headers, "Transfer-Encoding:");
    }
    if (g->authorization && ours(g, url))
        headers = curl_slist_append(headers, g->authorization);
    r = r == 0 ? send_it(g, headers, err) : r;
    file_close(&g->from);
    g->from = NULL;
    if (r < 0)
        return r;
    curl_easy_getinfo(g->h, CURLINFO_RESPONSE_CODE, &ret->status);
    ret->body = g->body;
    ret->location = g->location;
    ret->content_digest = g->content_digest;
    return 0;
}

/* A token from the service that the registry names, for this repository alone. */
static int fetch_token(registry *g, const char *challenge, opsdk_error *err)
{
    auto_free char *url = credentials_token_url(challenge, g->name->repository);
    auto_free char *basic = g->basic ? file_format("Authorization: Basic %s", g->basic) : NULL;
    auto_free char *token = NULL;
    long status = 0;
    int r;

    if (!url)
        return opsdk_error_set(err, OPSDK_EAUTH, "%s: asks for a token, but does not say where from", g->origin);
    if (strncmp(url, "https:", 6) != 0 && strncmp(g->origin, "https:", 6) == 0)
        return opsdk_error_set(err, OPSDK_EAUTH, "%s: sends to a service without TLS for its token", g->origin);
    prepare(g, url);
    r = send_it(g, basic ? curl_slist_append(NULL, basic) : NULL, err);
    if (r < 0)
        return r;
    curl_easy_getinfo(g->h, CURLINFO_RESPONSE_CODE, &status);
    token = status == 200 ? credentials_token(g->body) : NULL;
    if (!token)
        return opsdk_error_set(err, OPSDK_EAUTH, "%.150s: gives no token (%ld): %s", url, status,
                               g->basic ? "wrong credentials?" : "no credentials for it here");
    free(g->authorization);
    g->authorization = file_format("Authorization: Bearer %s", token);
    return 0;
}

static int authenticate(registry *g, opsdk_error *err)
{
    auto_free char *challenge = strdup(g->challenge);

    if (challenge && strncasecmp(challenge, "bearer ", 7) == 0)
        return fetch_token(g, challenge + 7, err);
    if (!challenge || strncasecmp(challenge, "basic", 5) != 0)
        return opsdk_error_set(err, OPSDK_EAUTH, "%s: asks for an authentication that is unknown here: %.100s",
                               g->origin, challenge ? challenge : "");
    if (!g->basic)
        return opsdk_error_set(
            err, OPSDK_EAUTH,
            "%s: asks who you are, and neither ~/.docker/config.json nor auth.json says it for %s; docker "
            "login and podman login write them",
            g->origin, g->name->registry);
    free(g->authorization);
    g->authorization = file_format("Authorization: Basic %s", g->basic);
    return 0;
}

int registry_ask(registry *g, const registry_request *q, registry_reply *ret, opsdk_error *err)
{
    int r = once(g, q, ret, err);

    if (r < 0 || ret->status != 401)
        return r;
    r = authenticate(g, err);
    if (r == 0)
        r = once(g, q, ret, err);
    if (r == 0 && ret->status == 401)
        return opsdk_error_set(err, OPSDK_EAUTH, "%s: does not accept the credentials for %s", g->origin,
                               g->name->repository);
    return r;
}

const char *registry_reason(const registry_reply *r)
{
    static char text[160];
    json_t *root = json_loads(r->body, 0, NULL);
    json_t *first = json_array_get(json_object_get(root, "errors"), 0);
    const char *message = json_string_value(json_object_get(first, "message"));
    const char *code = json_string_value(json_object_get(first, "code"));

    snprintf(text, sizeof(text), "%s%s%s", code ? code : "", code && message ? ": " : "", message ? message : "");
    for (char *p = text; *p; p++)
        *p = (unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p;
    json_decref(root);
    return *text ? text : "no reason given";
}
