#include <opsdk.h>
#include <stdio.h>
#include <unistd.h>

static void on_event(opsdk_event_type type, const opsdk_object *obj, void *user)
{
    (void)user;
    if (type == OPSDK_DELETED)
        printf("gone: %s\n", opsdk_object_key(obj).name);
}

int example_watch(opsdk_client *client, opsdk_error *err);
int example_watch(opsdk_client *client, opsdk_error *err)
{
    opsdk_watch *watch = NULL;
    int r;

    r = opsdk_watch_start(client, &OPSDK_POD, &(opsdk_watch_opts){.ns = "default", .on_event = on_event}, &watch, err);
    if (r < 0)
        return r;
    sleep(60);
    opsdk_watch_stop(watch);
    return 0;
}
