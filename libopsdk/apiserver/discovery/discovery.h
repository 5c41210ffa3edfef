/* What the server says of itself: /api, /apis and below, /version, and whether it is well.
 *
 * Made when somebody asks, and kept as long as the registry stays as it is.  Under the server's lock. */
#ifndef APISERVER_DISCOVERY_H
#define APISERVER_DISCOVERY_H

#include "apiserver/apiserver.h"

typedef struct discovery discovery;
discovery *discovery_free(discovery *d); /* NULL is fine; returns NULL */

/* Each answers what is asked below a path of its own; rest is what follows that, without the slash between. */
int discovery_core(call *c, const char *rest, failure *why);   /* /api */
int discovery_groups(call *c, const char *rest, failure *why); /* /apis */
int version_answer(call *c, const char *rest, failure *why);
int health_answer(call *c, const char *rest, failure *why); /* /readyz, /livez, /healthz */
int discovery_index(call *c, failure *why);                 /* / */

/* Answers with text of which a client may have a copy: 304 when that is the same. */
int discovery_answer_tagged(call *c, const char *type, const char *tag, const buf *text, failure *why);
/* A fingerprint of text, in capital hexadecimal digits. */
#define TAG_ROOM 129
void discovery_tag(const buf *text, char room[TAG_ROOM]);

#endif
