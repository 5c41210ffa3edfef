/* The exporter's configuration: a ConfigMap's value, taken byte for byte. */
#ifndef JMX_CONFIG_H
#define JMX_CONFIG_H

#include "exporter.h"

typedef struct config_text {
    opsdk_object *map; /* owns the text */
    const char *text;
    size_t len;
} config_text;

/* Finds the text in the cache and checks it.  Reasons: ConfigMapMissing, ConfigKeyMissing, ConfigInvalid.  *ret is the caller's to
 * config_text_clear, also on failure. */
int config_text_of(opsdk_cache *cache, const exporter *e, config_text *ret, opsdk_error *err);
void config_text_clear(config_text *c);
#define auto_config_text config_text __attribute__((cleanup(config_text_clear)))

/* Refuses what the agent would end the application for: text that is no YAML, or that is no map, and the keys hostPort and jmxUrl, for
 * which jmx_exporter 0.17 to 1.0 call System.exit also after a reload; and httpServer, which would have no effect.  Broken regular expressions pass: the agent only counts them as
 * a failed reload.  where is for the message. */
int config_check(const char *where, const char *text, size_t len, opsdk_error *err);

/* Tells one configuration and port from another. */
uint64_t config_hash(const config_text *c, int64_t port);

#endif
