#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operators/jmx-exporter/attach/hotspot.h"

static const char *integer(const char *text, int *ret)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (end == text || n < INT32_MIN || n > INT32_MAX)
        return NULL;
    *ret = (int)n;
    return end;
}

/* Java 9 and later: "return code: N"; Java 8: "N". */
static void code_parse(struct reply *reply)
{
    static const char label[] = "return code: ";
    const char *p = reply->text;
    bool labelled = strncmp(p, label, sizeof(label) - 1) == 0;
    const char *end = integer(labelled ? p + sizeof(label) - 1 : p, &reply->code);

    reply->has_code = end && (*end == 0 || *end == '\n');
}

int reply_parse(const char *text, struct reply *ret)
{
    struct reply reply = {.has_code = false};
    const char *end = integer(text, &reply.status);

    if (!end || (*end != '\n' && *end != 0))
        return -1;
    reply.text = *end ? end + 1 : end;
    code_parse(&reply);
    *ret = reply;
    return 0;
}

/* "\:" "\=" "\\" and the like stand for the letter; \uXXXX does not occur in what we ask for. */
static int value_copy(const char *p, char *ret, size_t size)
{
    size_t n = 0;

    for (; *p && *p != '\n' && *p != '\r'; p++) {
        p += p[0] == '\\' && p[1] != 0 && p[1] != '\n';
        if (n + 1 < size)
            ret[n++] = *p;
    }
    ret[n] = 0;
    return (int)n;
}

int property_get(const char *text, const char *name, char *ret, size_t size)
{
    size_t len = strlen(name);

    for (const char *p = text; p; p = strchr(p, '\n')) {
        p += *p == '\n';
        if (strncmp(p, name, len) == 0 && p[len] == '=')
            return value_copy(p + len + 1, ret, size);
    }
    return -1;
}
