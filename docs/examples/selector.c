#include <opsdk.h>

/* Does the deployment's own selector match the pod? */
bool example_selector(const opsdk_object *deployment, const opsdk_object *pod);
bool example_selector(const opsdk_object *deployment, const opsdk_object *pod)
{
    return opsdk_selector_match(opsdk_at(deployment, "/spec/selector"), pod, NULL) > 0;
}
