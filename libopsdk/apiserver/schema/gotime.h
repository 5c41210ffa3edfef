/* Times as the server reads and writes them: RFC 3339 to the second (meta/v1 Time) or the microsecond (MicroTime), in UTC. */
#ifndef APISERVER_GOTIME_H
#define APISERVER_GOTIME_H

#include "core/buf.h"

#define GOTIME_TEXT 96 /* room for any text that this makes of any numbers */

/* Writes the canonical form into room.  False: *wrong has what is wrong, in the words of Go's time package. */
bool gotime_canonical(const char *text, bool micro, char room[GOTIME_TEXT], buf *wrong);

#endif
