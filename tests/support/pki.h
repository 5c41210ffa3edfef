/* Certificates made on the spot: an authority, and what it signs. */
#ifndef SUPPORT_PKI_H
#define SUPPORT_PKI_H

#include <stdbool.h>

typedef struct pki {
    char *cert, *key; /* PEM */
} pki;

/* An authority of its own. */
pki pki_authority(const char *name);
/* Signed by ca.  names: "IP:127.0.0.1,DNS:localhost", or NULL for a client's, whose user is name.  expired: was valid until yesterday. */
pki pki_issue(const pki *ca, const char *name, const char *names, bool expired);
/* key in PEM, encrypted with a password; the caller's. */
char *pki_encrypt(const char *key, const char *password);
void pki_clear(pki *p);

#endif
