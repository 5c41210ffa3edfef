/* The quick way through what texts mostly are: tokens that are whole, without white space between them, on their way into a pack, or
 * into nowhere.
 *
 * It takes whole tokens only, and stops in front of whatever is special (the end of the piece is near, an error, a limit, the end of the
 * value); scan.c then goes one step by itself.  So each rule of JSON stands there, and what is here must only agree. */
#ifndef CORE_SCAN_RUN_H
#define CORE_SCAN_RUN_H

#include "core/scan.h"

enum scan_state {
    SCAN_VALUE,
    SCAN_FIRST_ITEM, /* behind '[' */
    SCAN_FIRST_KEY,  /* behind '{' */
    SCAN_KEY,        /* behind ',' in a map */
    SCAN_COLON,
    SCAN_AFTER,  /* behind a value inside of something */
    SCAN_DONE,   /* behind the outermost value */
    SCAN_STRING, /* from here on inside of a token */
    SCAN_ESCAPE,
    SCAN_HEX,
    SCAN_NUMBER,
    SCAN_LITERAL,
    SCAN_LOST, /* in what scan_pass passes over */
    SCAN_LOST_STRING,
    SCAN_LOST_ESCAPE
};

/* How many bytes the scan took; it, and its pack, are as if scan.c had taken them.  For a scan between two tokens that is muted or has a
 * pack. */
size_t scan_run(scan *s, const char *data, size_t len);

#endif
