#include "core/text.h"
#include "core/time.h"

#include <opsdk/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The condition of that type which the object has now; absent when there is none. */
static opsdk_value find(const opsdk_object *obj, const char *type)
{
    opsdk_value list = opsdk_at(obj, "/status/conditions"), item = {0};

    while (opsdk_value_next(list, NULL, &item)) {
        if (strcmp(opsdk_value_str(opsdk_value_member(item, "type"), ""), type) == 0)
            return item;
    }
    return (opsdk_value){0};
}

json_t *opsdk_condition(const opsdk_object *obj, const char *type, bool status, const char *reason, const char *fmt,
                        ...)
{
    opsdk_value old = find(obj, type), generation = opsdk_at(obj, "/metadata/generation");
    const char *text = status ? "True" : "False", *since;
    bool same = strcmp(opsdk_value_str(opsdk_value_member(old, "status"), ""), text) == 0;
    char now[TIME_TEXT], *message;
    json_t *condition;
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&message, fmt, ap);
    va_end(ap);
    if (n < 0)
        return NULL;
    text_neutralise(message, strlen(message));
    time_format(now, time(NULL), -1);
    since = same ? opsdk_value_str(opsdk_value_member(old, "lastTransitionTime"), now) : now;
    condition = json_pack("{s:s,s:s,s:s,s:s,s:s}", "type", type, "status", text, "reason", reason, "message", message,
                          "lastTransitionTime", since);
    free(message);
    if (condition && opsdk_value_type(generation) == OPSDK_NUMBER &&
        json_object_set_new(condition, "observedGeneration", opsdk_value_json(generation)) < 0) {
        json_decref(condition);
        return NULL;
    }
    return condition;
}
