/* What happens to a write between decoding and storing, in the real server's order of plug-ins: built-in ones, then webhooks. */
#ifndef APISERVER_ADMISSION_H
#define APISERVER_ADMISSION_H

#include "apiserver/call.h"

/* obj NULL: a delete; old NULL: a create.  May change obj, and warn.  The lock may be let go meanwhile (a webhook is asked): *ret_released tells,
 * and the caller then looks whether what it read is still what is stored. */
int admission_mutate(call *c, json_t *obj, const json_t *old, bool *ret_released, failure *why);
int admission_validate(call *c, const json_t *obj, const json_t *old, bool *ret_released, failure *why);

/* The plug-ins alone. */
int admission_builtin(call *c, json_t *obj, const json_t *old, failure *why);
/* After the lock was let go: is the place where obj, which is new, is to be still there? */
int admission_place(call *c, json_t *obj, failure *why);

/* The webhooks, which come after the plug-ins that are built in. */
int hooks_mutate(call *c, json_t *obj, const json_t *old, bool *ret_released, failure *why);
int hooks_validate(call *c, const json_t *obj, const json_t *old, bool *ret_released, failure *why);

#endif
