/* What the client of a webhook may be; also for the conversion webhooks of CRDs. */
#ifndef APISERVER_KINDS_WEBHOOK_H
#define APISERVER_KINDS_WEBHOOK_H

#include "apiserver/failure.h"

void webhook_service_validate(field_errors *errors, const char *path, const json_t *service);
void webhook_url_validate(field_errors *errors, const char *path, const char *url);

#endif
