#include <opsdk.h>

/* How many pods match the selector of the object that is being reconciled? */
int example_cache(const opsdk_request *rq, opsdk_error *err);
int example_cache(const opsdk_request *rq, opsdk_error *err)
{
    opsdk_value selector = opsdk_at(rq->object, "/spec/selector");
    opsdk_auto_objects pods = {0};
    int r;

    r = opsdk_cache_select(rq->cache, &OPSDK_POD, rq->key.ns, &selector, &pods, err);
    return r < 0 ? r : (int)pods.len;
}
