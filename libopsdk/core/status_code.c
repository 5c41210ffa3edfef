#include "core/status_code.h"

#include <opsdk/error.h>
#include <string.h>

int status_code(int http_status, const char *reason)
{
    switch (http_status) {
    case 401:
        return OPSDK_EAUTH;
    case 403:
        return OPSDK_EFORBIDDEN;
    case 404:
        return OPSDK_ENOTFOUND;
    case 409:
        return strcmp(reason, "AlreadyExists") == 0 ? OPSDK_EEXISTS : OPSDK_ECONFLICT;
    case 410:
        return OPSDK_EGONE;
    case 408:
    case 504:
        return OPSDK_ETIMEOUT;
    case 429:
    case 503:
        return OPSDK_EBUSY;
    default:
        return http_status >= 400 && http_status < 500 ? OPSDK_EREJECTED : OPSDK_EIO;
    }
}
