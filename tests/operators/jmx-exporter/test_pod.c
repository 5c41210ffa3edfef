#include "operators/jmx-exporter/pod.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

static opsdk_object *pod_of(const char *annotations, const char *statuses)
{
    return object_of(&OPSDK_POD,
                     "{'metadata':{'name':'p','namespace':'n','annotations':{%s}},"
                     "'spec':{'containers':[{'name':'a'},{'name':'b'},{'name':'c'}]},"
                     "'status':{'phase':'Running','containerStatuses':[%s]}}",
                     annotations, statuses);
}

#define RUNS(name) "{\"name\":\"" name "\",\"containerID\":\"id-" name "\",\"state\":{\"running\":{}}}"
#define WAITS(name) "{\"name\":\"" name "\",\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}}"

static void expect_containers(const opsdk_object *pod, const char *want)
{
    char seen[16] = "";
    pod_container c;
    size_t i = 0;

    while (pod_next_container(pod, &i, &c))
        snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s", c.name);
    ck_assert_str_eq(seen, want);
}

START_TEST(walks_running_containers_default_first)
{
    opsdk_auto_object *all = pod_of("", RUNS("c") "," RUNS("a") "," RUNS("b"));
    opsdk_auto_object *some = pod_of("", RUNS("a") "," WAITS("b") "," RUNS("c"));
    opsdk_auto_object *second =
        pod_of("\"kubectl.kubernetes.io/default-container\":\"b\"", RUNS("a") "," RUNS("b") "," RUNS("c"));
    opsdk_auto_object *dead = pod_of("\"kubectl.kubernetes.io/default-container\":\"b\"", RUNS("a") "," WAITS("b"));
    opsdk_auto_object *none = pod_of("", "");

    expect_containers(all, "abc");
    expect_containers(some, "ac");
    expect_containers(second, "bac");
    expect_containers(dead, "a");
    expect_containers(none, "");
}
END_TEST

#define MARKS                                                                                                       \
    "\"" MARK "\":\"" MARK_VERIFIED "\",\"" KEYED_EXPORTER "\":\"e\",\"" KEYED_CONFIG "\":\"h\",\"" KEYED_CONTAINER \
    "\":\"a\",\"" KEYED_CONTAINER_ID "\":"

/* The agent lives in the container's process: a new start of the container is not processed, whatever the pod says. */
START_TEST(the_mark_is_keyed_to_the_container)
{
    opsdk_auto_object *now = pod_of(MARKS "\"id-a\"", RUNS("a"));
    opsdk_auto_object *restarted = pod_of(MARKS "\"id-before\"", RUNS("a"));
    opsdk_auto_object *stopped = pod_of(MARKS "\"id-a\"", WAITS("a"));
    opsdk_auto_object *seed = pod_of("\"" MARK "\":\"" MARK_VERIFIED "\"", RUNS("a"));

    ck_assert(pod_is_processed(now, "e", "h"));
    ck_assert(pod_is_processed(now, "e", NULL));
    ck_assert(!pod_is_processed(now, "e", "other configuration"));
    ck_assert(!pod_is_processed(now, "other", "h"));
    ck_assert(!pod_is_processed(restarted, "e", "h"));
    ck_assert(!pod_is_processed(stopped, "e", "h"));
    ck_assert(!pod_is_processed(seed, "e", NULL));
    ck_assert(pod_is_marked(now) && !pod_is_marked(seed));
}
END_TEST

TESTS("jmx pod", walks_running_containers_default_first, the_mark_is_keyed_to_the_container)
