/* RFC 3339 times, in UTC.  Reads no clock. */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define TIME_TEXT 80 /* room for any text that time_format makes of any numbers */

/* "2026-11-24T03:06:15Z"; with millis >= 0 "2026-11-24T03:06:15.042Z". */
void time_format(char ret[TIME_TEXT], int64_t unix_s, int millis);

/* Reads what Kubernetes writes (with or without fraction, "Z" or an offset) to milliseconds since 1970; false if it is none. */
bool time_parse(const char *text, int64_t *ret_ms);

#endif
