/* Runs a credential plugin: a program that prints an ExecCredential. */
#ifndef CLIENT_PLUGIN_H
#define CLIENT_PLUGIN_H

#include "client/config.h"

#include <stdatomic.h>

typedef struct plugin_result {
    char *token;
    config_blob cert, key;
    int64_t expires_ms; /* since 1970; 0: never */
} plugin_result;

/* No shell, no stdin; output capped at LIMIT_PLUGIN_OUTPUT and never repeated in a message; killed with its children after
 * timeout_ms, or once *cancelled is set (may be NULL).  *ret is the caller's to plugin_result_clear, which wipes it. */
int plugin_run(const config *cfg, int timeout_ms, const atomic_bool *cancelled, plugin_result *ret, opsdk_error *err);
void plugin_result_clear(plugin_result *r);

#endif
