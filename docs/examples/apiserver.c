#include <opsdk/apiserver.h>

#include <stdio.h>

int with_server(int (*test)(const char *url));
/* Runs a test against an API server of its own. */
int with_server(int (*test)(const char *url))
{
    opsdk_error err = {0};
    opsdk_apiserver *server;
    int failed;

    if (opsdk_apiserver_start(NULL, &server, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    failed = test(opsdk_apiserver_url(server));
    opsdk_apiserver_stop(server);
    return failed;
}
