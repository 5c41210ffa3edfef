/* One request at a time to an embedded API server, as anybody: what the library's client would not send. */
#ifndef SUPPORT_ASK_H
#define SUPPORT_ASK_H

#include <jansson.h>
#include <opsdk/apiserver.h>

/* Who asks.  NULL: nobody. */
typedef struct asker {
    char *token, *ca, *cert, *key; /* PEM, but for the token; owned */
    const char *headers[8];        /* "Name: value" besides */
} asker;

asker ask_as(const char *kubeconfig);
asker ask_user(opsdk_apiserver *server, const char *user, const char *const *groups);
void asker_clear(asker *a);

/* The status; *ret is the answer as JSON, the caller's, or NULL where it is none (ret NULL: it does not matter).  The server's own
 * authority is always trusted. */
long ask(const opsdk_apiserver *server, const asker *who, const char *method, const char *path, const char *body,
         json_t **ret);

/* The text at a pointer such as "/status/token", "" when there is none. */
const char *ask_text(const json_t *doc, const char *pointer);

#endif
