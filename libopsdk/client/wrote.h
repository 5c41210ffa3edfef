/* Tells whoever runs something in a thread what that thread writes to the cluster. */
#ifndef CLIENT_WROTE_H
#define CLIENT_WROTE_H

#include <opsdk/client.h>
#include <opsdk/object.h>

#define WROTE_VERSION 64

/* One write that the server has done. */
typedef struct wrote {
    opsdk_key key;
    const char *uid, *version;  /* after it; of a deleted object: "" */
    const opsdk_object *object; /* as the server stored it; NULL when it is gone */
    bool sure;                  /* this write made this version: it is not one that was there, and somebody else's */
} wrote;

/* Both are called in the thread that writes. */
typedef struct wrote_ear {
    const opsdk_client *client; /* by which it writes */
    void (*heard)(const wrote *w, void *user);
    /* The version that is known of an object, into ret; false: none is. */
    bool (*known)(opsdk_key key, char ret[WROTE_VERSION], void *user);
    void *user;
} wrote_ear;

/* Whom the calling thread tells from now on, borrowed; NULL: nobody. */
void wrote_listen(const wrote_ear *ear);
const wrote_ear *wrote_listener(const opsdk_client *c); /* NULL: nobody listens to what this client writes */

/* What the reply to a write says: an object, or, to a delete, a Status.  base: the version on which the write was, "": any. */
void wrote_tell(opsdk_key key, const opsdk_object *reply, bool created, const char *base);
void wrote_tell_deleted(opsdk_key key, const opsdk_object *reply);

#endif
