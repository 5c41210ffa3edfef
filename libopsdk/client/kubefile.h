/* One kubeconfig file, and places in it that know their name for messages. */
#ifndef CLIENT_KUBEFILE_H
#define CLIENT_KUBEFILE_H

#include "client/config.h"

#include <jansson.h>

typedef struct kubefile {
    char *path;
    json_t *root;
} kubefile;

/* A map in a file: where is "users[1].user". */
typedef struct place {
    const kubefile *file; /* NULL: absent */
    const json_t *map;
    char where[64];
} place;

/* *ret is the caller's to kubefile_clear. */
int kubefile_read(const char *path, kubefile *ret, opsdk_error *err);
void kubefile_clear(kubefile *f);

/* The entry of list ("clusters") called name, and in it the map that member names ("cluster"); *ret stays absent when there is no
 * such entry. */
int kubefile_find(const kubefile *f, const char *list, const char *member, const char *name, place *ret,
                  opsdk_error *err);

/* Fails with "FILE: WHERE.FIELD WHAT". */
int place_wrong(const place *p, const char *field, const char *what, opsdk_error *err);

/* Absent and null give NULL or false. */
int place_string(const place *p, const char *field, const char **ret, opsdk_error *err);
int place_bool(const place *p, const char *field, bool *ret, opsdk_error *err);
int place_map(const place *p, const char *field, place *ret, opsdk_error *err);
int place_array(const place *p, const char *field, const json_t **ret, opsdk_error *err);

/* The same as copies: the caller's. */
int place_copy(const place *p, const char *field, char **ret, opsdk_error *err);
/* Made absolute against the file's folder. */
int place_path(const place *p, const char *field, char **ret, opsdk_error *err);
int kubefile_resolve(const kubefile *f, const char *path, char **ret, opsdk_error *err);
/* field-data in base64, else the file that field names. */
int place_blob(const place *p, const char *field, config_blob *ret, opsdk_error *err);

#endif
