/* The library's version. */
#ifndef OPSDK_VERSION_H
#define OPSDK_VERSION_H

#include <opsdk/common.h>

OPSDK_BEGIN

#define OPSDK_VERSION "0.1.0" /* the Makefile and opsdk.pc read it here */

/* The version of the library that runs, which may be newer than the header's. */
OPSDK_API const char *opsdk_version(void);

OPSDK_END
#endif
