#include <opsdk.h>
#include <string.h>

int example_cp(opsdk_client *client, opsdk_error *err);
int example_cp(opsdk_client *client, opsdk_error *err)
{
    opsdk_key pod = OPSDK_KEY(&OPSDK_POD, "default", "db-0");
    const char *text = "fast = true\n";
    int r;

    r = opsdk_cp_mem(client, pod, NULL, "/tmp/db.conf", text, strlen(text), 0600, err);
    if (r < 0)
        return r;
    return opsdk_cp_from(client, pod, NULL, "/var/log/db", "./logs", err);
}
