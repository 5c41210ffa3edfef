#include <opsdk.h>

int example_event(const opsdk_request *rq, opsdk_error *err);
int example_event(const opsdk_request *rq, opsdk_error *err)
{
    opsdk_event(rq->client, rq->object, OPSDK_LOG_WARN, "DiskFull", "%d %% of the disk is in use", 99);
    return opsdk_status(
        rq->client, rq->key, rq->object,
        json_pack("{s:[o]}", "conditions", opsdk_condition(rq->object, "Ready", false, "DiskFull", "%d %%", 99)), err);
}
