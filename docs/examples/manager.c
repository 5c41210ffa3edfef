#include <opsdk.h>

static int reconcile(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    (void)ret;
    (void)err;
    opsdk_log(OPSDK_LOG_INFO, rq->object, "seen");
    return 0;
}

static const opsdk_handler pods = {.name = "pods", .kind = &OPSDK_POD, .reconcile = reconcile};

int main(int argc, char **argv)
{
    return opsdk_main(argc, argv, OPSDK_HANDLERS(&pods));
}
