/* Amounts such as "500m", "1.5Gi" and "2e3" (k8s.io/apimachinery/pkg/api/resource): read, put in canonical form, compared. */
#ifndef APISERVER_QUANTITY_H
#define APISERVER_QUANTITY_H

#include <opsdk/common.h>

#define QUANTITY_TEXT 64 /* room for the canonical form */

/* Reads text and writes what the server would store into room (which may be NULL).  NULL, or what is wrong in the server's words. */
const char *quantity_canonical(const char *text, char *room);

/* Likewise, rounded away from zero to thousandths, as amounts of resources are. */
const char *quantity_thousandths(const char *text, char *room);

/* Below, equal, above: -1, 0, 1.  Both must be quantities. */
int quantity_compare(const char *a, const char *b);
int quantity_sign(const char *text);      /* -1, 0, 1 */
bool quantity_is_whole(const char *text); /* no fraction */

#endif
