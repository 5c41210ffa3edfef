/* Continue tokens: where a list that comes in pages goes on. */
#ifndef APISERVER_PAGE_H
#define APISERVER_PAGE_H

#include "apiserver/limits.h"
#include "apiserver/list_options.h"

/* The token behind the object of this name (relative to the namespace that is listed); revision: of the state that is read.  The
 * caller's; NULL: no memory. */
char *page_token(const char *name, int64_t revision);

/* What a token says: the key after which to begin, and the revision; 0: whatever there is now.  400 when it is none. */
int page_read(const list_options *o, const char *ns, char start[LIMIT_KEY], int64_t *ret_revision, failure *why);

/* The state that was asked for is forgotten: 410 in the real server's words, with a token that goes on with what there is now. */
int page_expired(const list_options *o, failure *why);

#endif
