#include <opsdk.h>

static const opsdk_kind memcached = {"cache.example.com/v1", "Memcached", "memcacheds", false};

/* Level-triggered: looks at what is, brings about what should be. */
static int reconcile(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    int64_t want = opsdk_value_int(opsdk_at(rq->object, "/spec/size"), 1);

    ret->requeue_after_ms = 60000; /* look again in a minute even if nothing changes */
    return opsdk_apply(rq->client, OPSDK_KEY(&OPSDK_DEPLOYMENT, rq->key.ns, rq->key.name),
                       json_pack("{s:{s:I}}", "spec", "replicas", (json_int_t)want), NULL, NULL, err);
}

static const opsdk_source sources[] = {
    {.kind = &OPSDK_DEPLOYMENT, .owned = true},
    {0},
};

extern const opsdk_handler memcached_handler;
const opsdk_handler memcached_handler = {
    .name = "memcached",
    .kind = &memcached,
    .sources = sources,
    .reconcile = reconcile,
};
