#include "config.h"

#include <stdio.h>
#include <string.h>

void config_text_clear(config_text *c)
{
    opsdk_object_unref(c->map);
    *c = (config_text){0};
}

/* Does the name occur as a key at any depth? */
static bool has_key(const json_t *node, const char *name)
{
    const char *key;
    json_t *item;
    size_t i;

    if (json_is_array(node)) {
        json_array_foreach((json_t *)node, i, item)
        {
            if (has_key(item, name))
                return true;
        }
        return false;
    }
    json_object_foreach((json_t *)node, key, item)
    {
        if (strcmp(key, name) == 0 || has_key(item, name))
            return true;
    }
    return false;
}

int config_check(const char *where, const char *text, size_t len, opsdk_error *err)
{
    static const struct {
        const char *name, *why;
    } refused[] = {
        {"hostPort", "it makes the agent end the application"},
        {"jmxUrl", "it makes the agent end the application"},
        {"httpServer", "it is read only while the agent starts: authentication and TLS would silently be off"},
    };
    json_t *root = NULL;
    opsdk_error why = {0};
    int r = 0;

    if (opsdk_yaml_parse(where, text, len, &root, &why) < 0)
        return fail(err, OPSDK_ETERMINAL, "ConfigInvalid", "%s", why.message);
    if (!json_is_object(root) && !json_is_null(root))
        r = fail(err, OPSDK_ETERMINAL, "ConfigInvalid", "%s: the exporter's configuration must be a map", where);
    /* At any depth, not only at the top: the agent's YAML reader knows merge keys, and an honest rule needs no such name. */
    for (size_t i = 0; r == 0 && i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (has_key(root, refused[i].name))
            r = fail(err, OPSDK_ETERMINAL, "ConfigInvalid", "%s: remove %s: %s", where, refused[i].name,
                     refused[i].why);
    }
    json_decref(root);
    return r;
}

int config_text_of(opsdk_cache *cache, const exporter *e, config_text *ret, opsdk_error *err)
{
    const char *ns = opsdk_object_key(e->obj).ns;
    opsdk_value value;
    char where[600];

    *ret = (config_text){0};
    ret->map = opsdk_cache_get(cache, OPSDK_KEY(&OPSDK_CONFIGMAP, ns, e->config_map));
    if (!ret->map)
        return fail(err, OPSDK_ETERMINAL, "ConfigMapMissing", "ConfigMap %s does not exist in namespace %s",
                    e->config_map, ns);

    value = opsdk_value_member(opsdk_at(ret->map, "/data"), e->config_key);
    if (opsdk_value_type(value) != OPSDK_STRING)
        return fail(err, OPSDK_ETERMINAL, "ConfigKeyMissing", "ConfigMap %s has no key %s under data", e->config_map,
                    e->config_key);
    ret->text = opsdk_value_str(value, "");
    ret->len = opsdk_value_len(value);
    snprintf(where, sizeof(where), "ConfigMap %s, key %s", e->config_map, e->config_key);
    return config_check(where, ret->text, ret->len, err);
}

uint64_t config_hash(const config_text *c, int64_t port)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a: tells changes apart, guards nothing */

    for (size_t i = 0; i < c->len; i++)
        h = (h ^ (unsigned char)c->text[i]) * 1099511628211u;
    for (int i = 0; i < 16; i += 8)
        h = (h ^ (unsigned char)(port >> i)) * 1099511628211u;
    return h;
}
