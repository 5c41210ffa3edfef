#include <opsdk.h>
#include <opsdk/apiserver.h>

static const char config[] = "apiVersion: v1\n"
                             "kind: ConfigMap\n"
                             "metadata: {name: colours}\n"
                             "data: {sky: blue}\n";

int example_apiserver(opsdk_error *err);
int example_apiserver(opsdk_error *err)
{
    opsdk_apiserver *server = NULL;
    opsdk_client *client = NULL;
    opsdk_key key = OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "colours");
    int r = opsdk_apiserver_start(NULL, &server, err);

    if (r == 0)
        r = opsdk_apiserver_load_text(server, config, err);
    if (r == 0)
        r = opsdk_client_new(&(opsdk_client_opts){.kubeconfig = opsdk_apiserver_kubeconfig(server)}, &client, err);
    if (r == 0)
        r = opsdk_merge(client, key, json_pack("{s:{s:s}}", "data", "sky", "grey"), NULL, NULL, err);
    if (r == 0)
        r = opsdk_apiserver_wait(server, key, "/data/sky", "grey", 0, err);
    opsdk_client_free(client);
    opsdk_apiserver_stop(server);
    return r;
}
