#include <opsdk.h>
#include <string.h>

/* Is the condition "Ready" true? */
bool example_meta(const opsdk_object *obj);
bool example_meta(const opsdk_object *obj)
{
    opsdk_value conditions = opsdk_at(obj, "/status/conditions"), item = {0};
    bool ready = false;

    while (opsdk_value_next(conditions, NULL, &item)) {
        opsdk_meta_condition c;

        if (opsdk_decode(item, &OPSDK_SCHEMA_META_CONDITION, &c, NULL) == 0 && strcmp(c.type, "Ready") == 0)
            ready = strcmp(c.status, "True") == 0;
        opsdk_schema_clear(&c, &OPSDK_SCHEMA_META_CONDITION);
    }
    return ready;
}
