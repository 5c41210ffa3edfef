/* One request at a time to an embedded API server, as anybody: what the library's client would not send. */
#ifndef SUPPORT_ASK_H
#define SUPPORT_ASK_H

#include <jansson.h>
#include <opsdk/apiserver.h>

/* Who asks.  NULL: nobody. */
typedef struct asker {
    const char *token;
    const char *headers[8];      /* "Name: value" besides */
    const char *ca, *cert, *key; /* PEM files */
} asker;

/* The status; *ret is the answer as JSON, the caller's, or NULL where it is none (ret NULL: it does not matter). */
long ask(const opsdk_apiserver *server, const asker *who, const char *method, const char *path, const char *body,
         json_t **ret);

/* The token of a user; the caller's. */
char *ask_token(opsdk_apiserver *server, const char *user, const char *const *groups);
/* What a kubeconfig has behind the key; the caller's. */
char *ask_kubeconfig(const char *path, const char *key);

/* The text at a pointer such as "/status/token", "" when there is none. */
const char *ask_text(const json_t *doc, const char *pointer);

#endif
