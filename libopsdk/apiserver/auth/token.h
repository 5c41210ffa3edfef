/* Bearer tokens: what this server signs, and whom they stand for. */
#ifndef APISERVER_TOKEN_H
#define APISERVER_TOKEN_H

#include "apiserver/apiserver.h"

#define TOKEN_ISSUER "https://kubernetes.default.svc" /* and the audience of whoever names none */

/* Of anybody, for as long as the server lives; the caller's.  NULL: no memory. */
char *token_for(const apiserver *s, const user_info *user);

/* Of a service account, as TokenRequest gives it: bound (NULL: to nothing) is an object of kind, expires is in seconds since 1970.  The caller's. */
typedef struct token_wish {
    const json_t *account, *audiences, *bound;
    const char *kind;
    int64_t expires;
} token_wish;
char *token_request(const apiserver *s, const token_wish *wish);

/* Whom the token stands for, now.  1: ret is filled; 0: it is not valid; -1: no memory.  audiences (NULL: the server's own) is what
 * it is wanted for; *ret_audiences (NULL is fine) which of these it is good for, the caller's. */
int token_identify(const apiserver *s, const char *token, const json_t *audiences, user_info *ret,
                   json_t **ret_audiences);

#endif
