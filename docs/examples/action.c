#include <opsdk.h>

/* Owns one field of a ConfigMap, whoever else writes to it. */
int example_action(opsdk_client *client, opsdk_error *err);
int example_action(opsdk_client *client, opsdk_error *err)
{
    return opsdk_apply(client, OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "settings"),
                       json_pack("{s:{s:s}}", "data", "mode", "fast"), &(opsdk_write_opts){.force = true}, NULL, err);
}
