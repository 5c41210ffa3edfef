#include <opsdk/version.h>

const char *opsdk_version(void)
{
    return OPSDK_VERSION;
}
