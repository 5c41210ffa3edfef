/* Events of both groups are stored as core/v1 has them; events.k8s.io/v1 names some fields otherwise. */
#ifndef APISERVER_EVENT_H
#define APISERVER_EVENT_H

#include <jansson.h>

void event_to_core(json_t *obj); /* apiVersion included */
void event_from_core(json_t *obj);

#endif
