/* The end of events: each write gives them another hour, as the leases do that kube-apiserver has for them in etcd. */
#ifndef APISERVER_EVENT_END_H
#define APISERVER_EVENT_END_H

#include "apiserver/apiserver.h"

/* An event was stored. */
void event_end_plan(apiserver *s);
/* Removes those that are due, and plans the next look.  On the loop, with the lock held. */
void event_end_work(apiserver *s);

#endif
