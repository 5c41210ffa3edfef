#include "apiserver/auth/auth_state.h"

#include <stdlib.h>
#include <sys/random.h>

auth *auth_new(void)
{
    auth *a = calloc(1, sizeof(*a));

    if (!a)
        return NULL;
    a->policy = policy_new();
    if (!a->policy || getrandom(a->key, sizeof(a->key), 0) != sizeof(a->key))
        return auth_free(a);
    return a;
}

auth *auth_free(auth *a)
{
    if (a)
        policy_free(a->policy);
    free(a);
    return NULL;
}
