/* The annotation of client-side apply, which the server honours and keeps for the manager "kubectl". */
#ifndef APISERVER_APPLY_LAST_APPLIED_H
#define APISERVER_APPLY_LAST_APPLIED_H

#include "apiserver/apply/updater.h"

/* Were all fields of the conflicts applied by the client before, and are they as it left them?  Those that were are taken from found. */
bool last_applied_allows(pool *mem, const managed_write *w, const json_t *live, conflicts *found);

/* Writes config into the annotation of obj where there is one. */
void last_applied_sync(json_t *obj, const json_t *config);

#endif
