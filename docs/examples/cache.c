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

/* The pods of a node, and the deployments of the object that is being reconciled; the handler's table has these sources. */
static const char *const by_node[] = {"/spec/nodeName", NULL};
extern const opsdk_source indexed_sources[];
const opsdk_source indexed_sources[] = {
    {.kind = &OPSDK_POD, .selected_by = "/spec/selector", .indexes = by_node},
    {.kind = &OPSDK_DEPLOYMENT, .owned = true},
    {0},
};

int example_cache_by_index(const opsdk_request *rq, const char *node, opsdk_error *err);
int example_cache_by_index(const opsdk_request *rq, const char *node, opsdk_error *err)
{
    opsdk_auto_objects pods = {0}, deployments = {0};
    int r;

    r = opsdk_cache_by_index(rq->cache, &OPSDK_POD, NULL, by_node[0], node, &pods, err);
    if (r >= 0)
        r = opsdk_cache_owned(rq->cache, &OPSDK_DEPLOYMENT, rq->object, &deployments, err);
    return r < 0 ? r : (int)(pods.len + deployments.len);
}
