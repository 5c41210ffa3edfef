#include <opsdk.h>
#include <stdio.h>

static int print_name(const opsdk_object *obj, void *user)
{
    (void)user;
    return puts(opsdk_object_key(obj).name) < 0 ? OPSDK_EIO : 0;
}

/* Any number of pods in constant memory. */
int example_query(opsdk_client *client, opsdk_error *err);
int example_query(opsdk_client *client, opsdk_error *err)
{
    return opsdk_list_each(client, &OPSDK_POD, NULL, &(opsdk_list_opts){.labels = "app=web"}, print_name, NULL, err);
}
