/* Replies of a server gone mad: separated by 0x1e, each complete or broken off as the byte behind that says. */
#include "core/limits.h"
#include "core/watcher.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int upsert(opsdk_object *obj, bool listed, void *user, opsdk_error *err)
{
    (void)listed, (void)user, (void)err;
    opsdk_object_unref(obj);
    return 0;
}

static void drop(opsdk_object *obj, void *user)
{
    (void)user;
    opsdk_object_unref(obj);
}

static void ignore(void *user)
{
    (void)user;
}

static void synced(bool whole, void *user)
{
    (void)whole, (void)user;
}

static void notice(const opsdk_error *what, void *user)
{
    (void)user;
    if (strlen(what->message) == 0)
        abort();
}

static void one_reply(watcher *w, const char *body, size_t len, uint8_t how)
{
    opsdk_error why = {.code = -(how % 17), .http_status = how % 2 ? 500 : 0, .retry_after_ms = how * 100};
    auto_buf target = BUF_INIT(4 * LIMIT_URL);
    int64_t wait_ms = -1;
    int r;

    if (watcher_begin(w, how * 0x1010101u, &target, NULL) < 0)
        return;
    r = watcher_feed(w, body, len, &why);
    watcher_end(w, r < 0 || why.code ? &why : NULL, how * 10, how * 0x1010101u, &wait_ms, NULL);
    if (wait_ms < 0 || wait_ms > LIMIT_RETRY_AFTER_MS * 2)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const watcher_sink sink = {ignore, upsert, drop, synced, notice};
    static const watcher_what what = {&OPSDK_POD, "ns", "a=b", NULL, LIMIT_SILENCE_MS, false};
    watcher *w = watcher_new(&what, &sink, NULL);

    while (size > 0) {
        const uint8_t *end = memchr(data, 0x1e, size);
        size_t len = end ? (size_t)(end - data) : size;
        one_reply(w, (const char *)data, len, end && len + 1 < size ? data[len + 1] : 0);
        len = end && len + 2 < size ? len + 2 : size;
        data += len;
        size -= len;
    }
    watcher_free(w);
    return 0;
}
