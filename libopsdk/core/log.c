#include "core/buf.h"
#include "core/limits.h"
#include "core/text.h"
#include "core/time.h"

#include <opsdk/log.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_int max_level = OPSDK_LOG_INFO;

void opsdk_log_level(enum opsdk_level max)
{
    atomic_store(&max_level, (int)max);
}

/* A JSON string: text_neutralise leaves only quotes and backslashes to escape. */
static void put_string(buf *line, char *text)
{
    text_neutralise(text, strlen(text));
    buf_addc(line, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_addc(line, '\\');
        buf_addc(line, *p);
    }
    buf_addc(line, '"');
}

static void put_field(buf *line, const char *name, const char *value)
{
    char text[256];

    if (!value || !*value)
        return;
    snprintf(text, sizeof(text), "%s", value);
    buf_printf(line, ",\"%s\":", name);
    put_string(line, text);
}

void opsdk_log(enum opsdk_level level, const opsdk_object *about, const char *fmt, ...)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    auto_buf line = BUF_INIT(LIMIT_LOG_LINE);
    char text[LIMIT_LOG_LINE / 4], now[TIME_TEXT];
    struct timespec ts;
    va_list ap;

    if ((int)level > atomic_load(&max_level))
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);

    clock_gettime(CLOCK_REALTIME, &ts);
    time_format(now, ts.tv_sec, (int)(ts.tv_nsec / 1000000));
    buf_printf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"msg\":", now, names[level]);
    put_string(&line, text);
    if (about) {
        opsdk_key key = opsdk_object_key(about);
        put_field(&line, "kind", key.kind ? key.kind->kind : NULL);
        put_field(&line, "namespace", key.ns);
        put_field(&line, "name", key.name);
    }
    buf_puts(&line, "}\n");
    if (line.failed)
        return;
    (void)!write(STDERR_FILENO, line.data, line.len); /* one write: lines of several threads stay whole */
}
