/* What auth.h hides: for the files of this folder alone. */
#ifndef APISERVER_AUTH_STATE_H
#define APISERVER_AUTH_STATE_H

#include "apiserver/auth/auth.h"
#include "apiserver/auth/jwt.h"

struct auth {
    unsigned char key[JWT_KEY]; /* random; signs the tokens */
};

#endif
