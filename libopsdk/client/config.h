/* Where the API server is and how to prove who we are: from kubeconfig files or from inside a pod. */
#ifndef CLIENT_CONFIG_H
#define CLIENT_CONFIG_H

#include <opsdk/client.h>

/* Bytes and where they came from; data NULL: not given. */
typedef struct config_blob {
    char *data;
    size_t len;
    char *file; /* to read again when it changes; NULL: was inline */
} config_blob;

/* A credential plugin (client.authentication.k8s.io v1 or v1beta1). */
typedef struct config_exec {
    char *api_version, *command;
    char **args; /* NULL-terminated; may be NULL */
    char **env;  /* "NAME=VALUE", NULL-terminated; may be NULL */
    char *install_hint;
    bool cluster_info;    /* provideClusterInfo */
    char *cluster_config; /* JSON: the cluster's extension client.authentication.k8s.io/exec; may be NULL */
} config_exec;

typedef struct config {
    char *server;          /* "https://host:port/prefix", no slash at the end */
    char *tls_server_name; /* NULL: the server's host */
    char *ns;
    char *source; /* for messages: "kubeconfig /x, context y" or "in-cluster" */
    config_blob ca, cert, key;
    char *token, *token_file;
    char *username, *password;
    config_exec exec; /* command NULL: none */
} config;

/* Fills *ret; the caller's to config_clear in every case. */
int config_load(const opsdk_client_opts *opts, config *ret, opsdk_error *err);
void config_clear(config *c); /* secrets are wiped */
void config_blob_clear(config_blob *b);

#endif
