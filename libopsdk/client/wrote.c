#include "client/wrote.h"

#include <string.h>

static _Thread_local const wrote_ear *listener;

void wrote_listen(const wrote_ear *ear)
{
    listener = ear;
}

const wrote_ear *wrote_listener(const opsdk_client *c)
{
    return listener && listener->client == c ? listener : NULL;
}

/* The reply knows the name of what was created by a prefix. */
static opsdk_key key_in(opsdk_key key, const opsdk_object *reply)
{
    opsdk_key there = opsdk_object_key(reply);

    return OPSDK_KEY(key.kind, key.kind->cluster_scoped ? NULL : there.ns, there.name);
}

/* A patch that changes nothing is answered with the version that is there, which may be one that somebody made meanwhile and we have not
 * seen.  Only what was created, or was written on a version that we knew, is ours for sure. */
void wrote_tell(opsdk_key key, const opsdk_object *reply, bool created, const char *base)
{
    const char *version = opsdk_object_version(reply);
    wrote w = {key_in(key, reply), opsdk_object_uid(reply), version, reply, created};

    if (*base)
        w.sure = strcmp(base, version) != 0;
    if (listener && *version && *w.uid && w.key.name && *w.key.name && strlen(version) < WROTE_VERSION)
        listener->heard(&w, listener->user);
}

/* Gone is what is answered with a Status, or as it was last; what has finalizers or a grace period is marked only. */
void wrote_tell_deleted(opsdk_key key, const opsdk_object *reply)
{
    bool status = strcmp(opsdk_value_str(opsdk_at(reply, "/kind"), ""), "Status") == 0;
    const char *uid = status ? opsdk_value_str(opsdk_at(reply, "/details/uid"), "") : opsdk_object_uid(reply);

    if (!status && opsdk_at(reply, "/metadata/deletionTimestamp").len > 0)
        wrote_tell(key, reply, false, "");
    else if (listener && *uid)
        listener->heard(&(wrote){key, uid, "", NULL, true}, listener->user);
}
