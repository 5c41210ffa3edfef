#include "operators/jmx-exporter/attach/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Anything but plain ASCII becomes an escape or '?': the text may hold what a JVM or a file name said. */
static void escape(const char *text, char *ret, size_t size)
{
    size_t n = 0;

    for (; *text && n + 3 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            ret[n++] = '\\';
        ret[n++] = c < 0x20 || c >= 0x7f ? '?' : (char)c;
    }
    ret[n] = 0;
}

size_t report_text(const struct run *r, char *ret, size_t size)
{
    static const char *const outcomes[] = {"loaded", "present", "refused", "retry"};
    char message[2 * sizeof(r->result.message)], java[2 * sizeof(r->jvm.java)];

    escape(r->result.message, message, sizeof(message));
    escape(r->jvm.java, java, sizeof(java));
    int n = snprintf(ret, size,
                     "{\"outcome\":\"%s\",\"reason\":\"%s\",\"message\":\"%s\",\"pid\":%d,\"start\":\"%" PRIu64
                     "\",\"java\":\"%s\",\"port\":%d}\n",
                     outcomes[r->result.outcome], r->result.reason, message, (int)r->jvm.pid, r->jvm.start, java,
                     r->real_port);
    return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

int report_status(const struct run *r)
{
    static const int statuses[] = {0, 0, 3, 4};

    return statuses[r->result.outcome];
}
