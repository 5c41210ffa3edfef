/* Waiting for what others do to the stored objects. */
#include "apiserver/apiserver.h"
#include "apiserver/limits.h"
#include "client/clock.h"

#include <string.h>

static const resource *find(const apiserver *s, const opsdk_kind *kind)
{
    const char *slash = strchr(kind->api_version, '/');
    char group[256] = "";

    if (slash && (size_t)(slash - kind->api_version) < sizeof(group))
        memcpy(group, kind->api_version, (size_t)(slash - kind->api_version));
    return registry_find(s->resources, group, slash ? slash + 1 : kind->api_version, kind->plural);
}

static json_t *read_object(const apiserver *s, opsdk_key key)
{
    const resource *res = find(s, key.kind);
    const item *it = res && res->objects ? collection_get(res->objects, key.ns ? key.ns : "", key.name) : NULL;

    return it ? item_json(it) : NULL;
}

/* RFC 6901; borrowed. */
static const json_t *at(const json_t *value, const char *pointer)
{
    char name[256];

    while (value && *pointer == '/') {
        size_t n = 0;
        for (pointer++; *pointer && *pointer != '/' && n + 1 < sizeof(name); pointer++) {
            bool escape = *pointer == '~' && (pointer[1] == '0' || pointer[1] == '1');
            name[n++] = escape ? (pointer[1] == '0' ? '~' : '/') : *pointer;
            pointer += escape;
        }
        name[n] = '\0';
        value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10)) : json_object_get(value, name);
    }
    return value;
}

static const json_t *condition(const json_t *obj, const char *type)
{
    json_t *list = json_object_get(json_object_get(obj, "status"), "conditions"), *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        const char *is = json_string_value(json_object_get(one, "type"));
        if (is && strcmp(is, type) == 0)
            return json_object_get(one, "status");
    }
    return NULL;
}

static bool is_text(const json_t *value, const char *want)
{
    char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    bool same = strcmp(text ? text : json_string_value(value), want) == 0;

    free(text);
    return same;
}

static bool holds(const apiserver *s, opsdk_key key, const char *what, const char *want)
{
    json_auto_t *obj = read_object(s, key);
    const json_t *value = obj;

    if (!what || !obj)
        return obj != NULL;
    value = *what == '/' ? at(obj, what) : condition(obj, what);
    if (!value)
        return false;
    return want ? is_text(value, want) : *what == '/' || is_text(value, "True");
}

static bool gone(const apiserver *s, opsdk_key key, const char *what, const char *want)
{
    json_auto_t *obj = read_object(s, key);

    (void)what, (void)want;
    return !obj;
}

typedef bool check_fn(const apiserver *s, opsdk_key key, const char *what, const char *want);

static int wait_for(apiserver *s, check_fn *check, opsdk_key key, const char *what, const char *want, int timeout_ms)
{
    int64_t until = clock_ms() + (timeout_ms > 0 ? timeout_ms : LIMIT_WAIT_MS);
    const struct timespec pause = {.tv_nsec = 2000000};

    for (;;) {
        bool done;
        pthread_mutex_lock(&s->lock);
        done = check(s, key, what, want);
        pthread_mutex_unlock(&s->lock);
        if (done)
            return 0;
        if (clock_ms() >= until)
            return OPSDK_ETIMEOUT;
        nanosleep(&pause, NULL);
    }
}

int opsdk_apiserver_wait(opsdk_apiserver *s, opsdk_key key, const char *what, const char *value, int timeout_ms,
                         opsdk_error *err)
{
    if (wait_for(s, holds, key, what, value, timeout_ms) == 0)
        return 0;
    return opsdk_error_set(err, OPSDK_ETIMEOUT, "%s %s: %s%s%s did not come about in time", key.kind->kind, key.name,
                           what ? what : "it", value ? " = " : "", value ? value : "");
}

int opsdk_apiserver_wait_gone(opsdk_apiserver *s, opsdk_key key, int timeout_ms, opsdk_error *err)
{
    if (wait_for(s, gone, key, NULL, NULL, timeout_ms) == 0)
        return 0;
    return opsdk_error_set(err, OPSDK_ETIMEOUT, "%s %s is still there", key.kind->kind, key.name);
}
