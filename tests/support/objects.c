#include "tests/support/objects.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

opsdk_object *object_of(const opsdk_kind *kind, const char *fmt, ...)
{
    opsdk_object *obj = NULL;
    opsdk_error err = {0};
    char text[8192];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    for (char *p = text; *p; p++) {
        if (*p == '\'')
            *p = '"';
    }
    ck_assert_msg(opsdk_object_parse(kind, text, strlen(text), &obj, &err) == 0, "%s: %s", err.message, text);
    return obj;
}

opsdk_object *object_named(const opsdk_kind *kind, const char *name, const char *version)
{
    return object_of(kind, "{'metadata':{'name':'%s','namespace':'ns','uid':'u-%s','resourceVersion':'%s'}}", name,
                     name, version);
}
