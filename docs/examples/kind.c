#include <opsdk.h>

/* A custom resource: nothing to register. */
static const opsdk_kind memcached = {"cache.example.com/v1", "Memcached", "memcacheds", false};

int example_kind(opsdk_client *client, opsdk_object **ret, opsdk_error *err);
int example_kind(opsdk_client *client, opsdk_object **ret, opsdk_error *err)
{
    return opsdk_get(client, OPSDK_KEY(&memcached, "default", "small"), ret, err);
}
