/* Which of the changes that reached the cache have reached the handler too.
 *
 * A change counts as delivered once the handler has seen that version of the object or a later one: a queue may collapse two changes of one
 * object into one run.  Objects are known by a hash of namespace and name.  Any thread. */
#ifndef INFORMER_TALLY_H
#define INFORMER_TALLY_H

#include <opsdk.h>

typedef struct tally tally;

tally *tally_new(size_t objects); /* room for so many; NULL when out of memory */
tally *tally_free(tally *t);

/* From now on changes count. */
void tally_start(tally *t);
void tally_arrived(tally *t, const opsdk_object *obj); /* in the cache: on the loop thread */
void tally_handled(tally *t, const opsdk_object *obj); /* in the handler */

uint64_t tally_delivered(const tally *t);

#endif
