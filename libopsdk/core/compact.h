/* Objects in as little memory as a cache can hold them: packed with zstd and a dictionary of their own kind.
 *
 * Objects of one kind are alike: against a dictionary that is nothing but the first of them, a pod of 12 KB takes some hundred bytes, and
 * is open again in a few microseconds.  What does not get smaller stays as it is.  Identity and version are readable without opening, and
 * are not in what is packed.
 *
 * A compact is immutable and counted: any thread may read it, open it, take and drop references.  A compactor belongs to one thread at a
 * time. */
#ifndef CORE_COMPACT_H
#define CORE_COMPACT_H

#include <opsdk/object.h>

typedef struct compact compact;
typedef struct compactor compactor;

compactor *compactor_new(void); /* NULL when out of memory */
compactor *compactor_free(compactor *c);

/* The caller's; NULL when out of memory.  Objects of one compactor are of one kind, else they pack badly. */
compact *compactor_pack(compactor *c, const opsdk_object *obj);
/* Bytes of memory that dictionary and contexts occupy. */
size_t compactor_size(const compactor *c);
/* Bytes of memory that its compacts occupy, what is between them included, and those that are alone not. */
size_t compactor_room(const compactor *c);

/* Who has the compacts of a compactor: is k among them, and here is another in its place (for whom to let go of k)? */
typedef struct compactor_owner {
    bool (*has)(const compact *k, void *user);
    void (*replace)(compact *with, void *user);
    void *user;
} compactor_owner;
/* When gaps between its compacts are more than a part of what these take: closes some, by moving about most bytes. */
void compactor_tidy(compactor *c, size_t part, size_t most, const compactor_owner *owner);

/* Nothing is to be packed for a while: lets go of memory that is soon made again. */
void compactor_rest(compactor *c);

compact *compact_ref(const compact *c);
compact *compact_unref(compact *c); /* NULL is fine; returns NULL */

static inline void compact_unrefp(compact **p)
{
    compact_unref(*p);
}
#define auto_compact __attribute__((cleanup(compact_unrefp))) compact

/* The object as it was; *ret is the caller's.  OPSDK_ENOMEM. */
int compact_open(const compact *c, opsdk_object **ret);

/* As of the object; strings live as long as the compact. */
opsdk_key compact_key(const compact *c);
opsdk_key compact_name(const compact *c); /* the key without its kind */
const char *compact_version(const compact *c);
bool compact_has_uid(const compact *c, const char *uid);
size_t compact_size(const compact *c); /* bytes of memory it occupies, without its part of a dictionary */
bool compact_alone(const compact *c);  /* compactor_room does not count it */

#endif
