#include <opsdk.h>
#include <stdio.h>

int example_exec(opsdk_client *client, opsdk_error *err);
int example_exec(opsdk_client *client, opsdk_error *err)
{
    opsdk_auto_output out = {0};
    int r;

    r = opsdk_exec(client, OPSDK_KEY(&OPSDK_POD, "default", "db-0"), OPSDK_ARGV("df", "-h", "/data"), NULL, &out, err);
    if (r < 0)
        return r;
    fwrite(out.out, 1, out.out_len, stdout);
    return 0;
}
