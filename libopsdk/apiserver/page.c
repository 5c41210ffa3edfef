#include "apiserver/page.h"
#include "apiserver/go_scan.h"
#include "core/base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATEST (-1) /* the revision of a token that goes on with what there is now */

/* {"v":"meta.k8s.io/v1","rv":12,"start":"ns/name\u0000"}, as base64url; start is relative to what is listed. */
static char *encode(const char *start, size_t len, int64_t revision)
{
    auto_buf text = BUF_INIT(8 * LIMIT_KEY);
    json_auto_t *token = json_pack("{s:s, s:I, s:o}", "v", "meta.k8s.io/v1", "rv", (json_int_t)revision, "start",
                                   json_stringn(start, len));
    char *json = token ? json_dumps(token, JSON_COMPACT) : NULL;

    if (json)
        base64url_encode(json, strlen(json), &text);
    free(json);
    return text.data && !text.failed ? strdup(text.data) : NULL;
}

char *page_token(const char *name, int64_t revision)
{
    return encode(name, strlen(name) + 1, revision);
}

#define INVALID "invalid continue token: continue key is not valid"

/* The bytes of a token. */
static int decode(const char *text, buf *ret, failure *why)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t good = strspn(text, alphabet), len = strlen(text);

    if (good == len && base64url_decode(text, len, ret))
        return 0;
    return failure_bad_request(why, INVALID ": illegal base64 data at input byte %zu", good);
}

/* Does the path stay as it is when it is cleaned?  Else it could lead out of what is listed. */
static bool is_clean(const char *path)
{
    path += *path == '/';
    if (!*path)
        return true;
    for (;;) {
        size_t len = strcspn(path, "/");
        if (len == 0 || (len == 1 && path[0] == '.') || (len == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        if (!path[len])
            return true;
        path += len + 1;
    }
}

static int read_members(const json_t *token, const char *ns, char start[LIMIT_KEY], int64_t *ret_revision, failure *why)
{
    const char *version = json_string_value(json_object_get(token, "v")),
               *key = json_string_value(json_object_get(token, "start"));

    *ret_revision = json_integer_value(json_object_get(token, "rv"));
    if (!version || strcmp(version, "meta.k8s.io/v1") != 0)
        return failure_bad_request(why, INVALID ": server does not recognize this encoded version %s",
                                   version ? version : "");
    if (*ret_revision == 0)
        return failure_bad_request(why, INVALID ": incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
    if (!key || json_string_length(json_object_get(token, "start")) == 0)
        return failure_bad_request(why, INVALID ": encoded start key empty (version meta.k8s.io/v1)");
    if (!is_clean(key))
        return failure_bad_request(why, INVALID ": %s", key);
    if (*ret_revision < 0)
        *ret_revision = 0;
    snprintf(start, LIMIT_KEY, "%s%s%s", ns, *ns ? "/" : "", key + (*key == '/'));
    return 0;
}

static int read_token(const char *text, json_t **ret, failure *why)
{
    auto_buf bytes = BUF_INIT(16 * LIMIT_KEY), wrong = BUF_INIT(1024);

    if (decode(text, &bytes, why) < 0)
        return -1;
    if (!go_scan(bytes.data ? bytes.data : "", bytes.len, &wrong))
        return failure_bad_request(why, INVALID ": %s", wrong.failed ? "" : wrong.data);
    *ret = json_loadb(bytes.data, bytes.len, JSON_ALLOW_NUL, NULL);
    return *ret ? 0 : failure_bad_request(why, INVALID);
}

int page_read(const list_options *o, const char *ns, char start[LIMIT_KEY], int64_t *ret_revision, failure *why)
{
    json_auto_t *token = NULL;

    if (read_token(o->token, &token, why) < 0 || read_members(token, ns, start, ret_revision, why) < 0)
        return -1;
    if (*o->version && strcmp(o->version, "0") != 0)
        return failure_bad_request(why, "specifying resource version is not allowed when using continue");
    return 0;
}

int page_expired(const list_options *o, failure *why)
{
    json_auto_t *token = NULL;
    const json_t *start;
    char *fresh;

    failure_clear(why);
    if (!*o->token)
        return failure_set(why, 410, "Expired", "The resourceVersion for the provided list is too old.");
    failure_set(
        why, 410, "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        "modified, or deleted between the time the first chunk was returned and now may show up in the list.");
    if (read_token(o->token, &token, &(failure){0}) < 0)
        return -1;
    start = json_object_get(token, "start");
    fresh = encode(json_string_value(start), json_string_length(start), LATEST);
    why->metadata = fresh ? json_pack("{s:s}", "continue", fresh) : NULL;
    free(fresh);
    return -1;
}
