#include <opsdk.h>
#include <stdio.h>

int main(void)
{
    opsdk_error err = {0};
    opsdk_client *client = NULL;

    if (opsdk_client_new(&(opsdk_client_opts){.context = "staging"}, &client, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("%s\n", opsdk_client_namespace(client));
    opsdk_client_free(client);
    return 0;
}
