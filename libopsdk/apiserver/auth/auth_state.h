/* What auth.h hides: for the files of this folder alone. */
#ifndef APISERVER_AUTH_STATE_H
#define APISERVER_AUTH_STATE_H

#include "apiserver/auth/auth.h"
#include "apiserver/auth/jwt.h"
#include "apiserver/auth/policy.h"

struct auth {
    unsigned char key[JWT_KEY]; /* random; signs the tokens */
    policy *policy;
    unsigned depth; /* of aggregation that brings about aggregation */
};

/* Makes ClusterRoles with an aggregationRule what they are to be (the clusterrole-aggregation-controller elsewhere). */
void aggregate(apiserver *s);

#endif
