/* The engine waits a millisecond after a failure: a history has thousands.  Linked with --wrap=watcher_end. */
#include "core/watcher.h"

int __real_watcher_end(watcher *w, const opsdk_error *why, int64_t lived_ms, uint32_t random, int64_t *ret_wait_ms,
                       opsdk_error *err);
int __wrap_watcher_end(watcher *w, const opsdk_error *why, int64_t lived_ms, uint32_t random, int64_t *ret_wait_ms,
                       opsdk_error *err);

int __wrap_watcher_end(watcher *w, const opsdk_error *why, int64_t lived_ms, uint32_t random, int64_t *ret_wait_ms,
                       opsdk_error *err)
{
    int r = __real_watcher_end(w, why, lived_ms, random, ret_wait_ms, err);

    *ret_wait_ms = *ret_wait_ms > 0;
    return r;
}
