#include <opsdk.h>
#include <stdio.h>

/* Reads a pod; says so when it is not there, and passes every other error on with its own words in front. */
int example_error(opsdk_client *client, const char *name, opsdk_error *err);
int example_error(opsdk_client *client, const char *name, opsdk_error *err)
{
    opsdk_auto_object *pod = NULL;
    int r;

    r = opsdk_get(client, OPSDK_KEY(&OPSDK_POD, "default", name), &pod, err);
    if (r == OPSDK_ENOTFOUND) {
        printf("no pod %s\n", name);
        return 0;
    }
    if (r < 0)
        return opsdk_error_wrap(err, 0, "read pod %s", name);
    return 1;
}
