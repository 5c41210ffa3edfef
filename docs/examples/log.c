#include <opsdk.h>

void example_log(const opsdk_object *pod);
void example_log(const opsdk_object *pod)
{
    opsdk_log_level(OPSDK_LOG_DEBUG);
    opsdk_log(OPSDK_LOG_WARN, pod, "restarted %d times", 7);
}
