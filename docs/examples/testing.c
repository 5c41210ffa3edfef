#include <opsdk.h>
#include <opsdk/testing.h>

/* The handler under test: whoever asks for a greeting gets one. */
static int greet(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    const char *who = opsdk_value_str(opsdk_at(rq->object, "/data/name"), NULL);

    (void)ret;
    if (!who)
        return 0;
    return opsdk_merge(rq->client, rq->key, json_pack("{s:{s:s+}}", "data", "greeting", "hello ", who), NULL, NULL,
                       err);
}

static const opsdk_handler greeter = {.name = "greeter", .kind = &OPSDK_CONFIGMAP, .reconcile = greet};

int example_testing(opsdk_error *err);
int example_testing(opsdk_error *err)
{
    opsdk_key key = OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "letter");
    opsdk_testing t = {0};
    int r = opsdk_testing_start(&t, NULL, NULL, OPSDK_HANDLERS(&greeter), err);

    if (r == 0)
        r = opsdk_apiserver_fault(t.server, "drop-watches", err); /* it is to cope with that */
    if (r == 0)
        r = opsdk_create(t.client, key, json_pack("{s:{s:s}}", "data", "name", "world"), NULL, NULL, err);
    if (r == 0)
        r = opsdk_apiserver_wait(t.server, key, "/data/greeting", "hello world", 0, err);
    opsdk_testing_stop(&t);
    return r;
}
