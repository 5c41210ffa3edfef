/* DIR/state: which JVM this directory's agent was, or was about to be, loaded into, and on which port. */
#ifndef ATTACH_STATE_H
#define ATTACH_STATE_H

#include "operators/jmx-exporter/attach/attach.h"

/* Returns 0, or -1 if the text is none. */
int state_parse(const char *text, struct state *ret);

/* Fills run->state; leaves it empty if there is none. */
void state_read(struct run *r);

/* Writes run->state. */
int state_write(struct run *r);

/* Makes run->state say that the agent is, or will be, at port in run->jvm. */
void state_renew(struct run *r, int port);

/* run->state is about run->jvm. */
bool state_is_current(const struct run *r);

#endif
