#include <opsdk.h>
#include <stdio.h>

/* Prints the image of each container and tells an absent limit from one that is there. */
void example_object(const opsdk_object *pod);
void example_object(const opsdk_object *pod)
{
    opsdk_value containers = opsdk_at(pod, "/spec/containers"), item = {0};

    while (opsdk_value_next(containers, NULL, &item)) {
        opsdk_value limit = opsdk_value_at(item, "/resources/limits/memory");

        printf("%s %s\n", opsdk_value_str(opsdk_value_member(item, "image"), "?"),
               opsdk_value_type(limit) == OPSDK_ABSENT ? "without limit" : opsdk_value_str(limit, "?"));
    }
}
