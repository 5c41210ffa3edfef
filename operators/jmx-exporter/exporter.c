#include "exporter.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int fail(opsdk_error *err, int code, const char *reason, const char *fmt, ...)
{
    char text[sizeof(err->message)];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    opsdk_error_set(err, code, "%s", text);
    if (err)
        snprintf(err->reason, sizeof(err->reason), "%s", reason);
    return code;
}

int exporter_read(const opsdk_object *obj, exporter *ret, opsdk_error *err)
{
    opsdk_auto(prometheus_jmx_exporter) x = {0};
    const jmx_spec *spec = &x.spec;
    opsdk_error why = {0};

    if (prometheus_jmx_exporter_decode(obj, &x, &why) < 0)
        return fail(err, OPSDK_ETERMINAL, "SpecInvalid", "%s", why.message);
    if (spec->label_selector.is != OPSDK_IS_SET && spec->selector.is != OPSDK_IS_SET)
        return fail(err, OPSDK_ETERMINAL, "SpecInvalid", "/spec/labelSelector or /spec/selector must be set");
    if (!*spec->config.config_map_name)
        return fail(err, OPSDK_ETERMINAL, "SpecInvalid", "/spec/config/configMapName must be set");
    if (!*spec->config.config_map_key)
        return fail(err, OPSDK_ETERMINAL, "SpecInvalid", "/spec/config/configMapKey must be set");
    if (spec->port < 1 || spec->port > 65535)
        return fail(err, OPSDK_ETERMINAL, "SpecInvalid", "/spec/port must be a number from 1 to 65535");
    *ret = (exporter){
        .obj = obj,
        .label_selector = opsdk_at(obj, "/spec/labelSelector"),
        .selector = opsdk_at(obj, "/spec/selector"),
        .config_map = spec->config.config_map_name,
        .config_key = spec->config.config_map_key,
        .port = spec->port,
    };
    return 0;
}

int exporter_selects(const exporter *e, const opsdk_object *pod, opsdk_error *err)
{
    const opsdk_value all[] = {e->label_selector, e->selector};

    if (strcmp(opsdk_object_key(e->obj).ns, opsdk_object_key(pod).ns) != 0)
        return 0;
    for (size_t i = 0; i < 2; i++) {
        int r;

        if (opsdk_value_type(all[i]) != OPSDK_MAP)
            continue;
        r = opsdk_selector_match(all[i], pod, err);
        if (r <= 0)
            return r;
    }
    return 1;
}

static bool is_older(const opsdk_object *a, const opsdk_object *b)
{
    const char *ta = opsdk_value_str(opsdk_at(a, "/metadata/creationTimestamp"), "");
    const char *tb = opsdk_value_str(opsdk_at(b, "/metadata/creationTimestamp"), "");
    int order = strcmp(ta, tb); /* RFC 3339 in UTC sorts as text */

    return order < 0 || (order == 0 && strcmp(opsdk_object_key(a).name, opsdk_object_key(b).name) < 0);
}

int exporter_of_pod(opsdk_cache *cache, const opsdk_object *pod, opsdk_object **ret, opsdk_error *err)
{
    opsdk_auto_objects all = {0};
    opsdk_object *best = NULL;
    int r;

    r = opsdk_cache_select(cache, &PROMETHEUS_JMX_EXPORTER, opsdk_object_key(pod).ns, NULL, &all, err);
    if (r < 0)
        return r;

    opsdk_foreach(it, &all)
    {
        exporter e;

        if (opsdk_object_deleting(*it) || exporter_read(*it, &e, NULL) < 0 || exporter_selects(&e, pod, NULL) <= 0)
            continue;
        if (!best || is_older(*it, best))
            best = *it;
    }
    *ret = best ? opsdk_object_ref(best) : NULL;
    return 0;
}
