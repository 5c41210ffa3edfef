/* What an HTTP status means as an error. */
#ifndef CORE_STATUS_CODE_H
#define CORE_STATUS_CODE_H

/* A code of opsdk/error.h.  reason is the Status' and may be "". */
int status_code(int http_status, const char *reason);

#endif
