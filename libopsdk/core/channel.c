#include "core/channel.h"

#include "core/limits.h"

#include <opsdk/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void channel_init(channel *ch, channel_output_fn *output, void *user)
{
    *ch = (channel){.current = -1, .status = BUF_INIT(LIMIT_EXEC_STATUS), .output = output, .user = user};
}

void channel_clear(channel *ch)
{
    buf_clear(&ch->status);
}

static int take(channel *ch, const char *data, size_t len, opsdk_error *err)
{
    switch (ch->current) {
    case CHANNEL_STDOUT:
    case CHANNEL_STDERR:
        return len > 0 ? ch->output(ch->current, data, len, ch->user, err) : 0;
    case CHANNEL_ERROR:
        buf_add(&ch->status, data, len);
        if (ch->status.failed)
            return opsdk_error_set(err, OPSDK_EPROTO, "exec: status on the error channel is over %u bytes",
                                   LIMIT_EXEC_STATUS);
        return 0;
    case CHANNEL_CLOSE: /* the server closes its side of a stream; the end of the connection says the same */
        return 0;
    default:
        return opsdk_error_set(err, OPSDK_EPROTO, "exec: server wrote to channel %d, which is not one of its own",
                               ch->current);
    }
}

int channel_feed(channel *ch, const char *data, size_t len, bool first, bool last, opsdk_error *err)
{
    int r = 0;

    if (first)
        ch->current = -1;
    if (ch->current < 0 && len > 0) {
        ch->current = (unsigned char)*data;
        data++;
        len--;
        r = take(ch, data, len, err);
    } else if (ch->current >= 0) {
        r = take(ch, data, len, err);
    }
    if (last)
        ch->current = -1;
    return r;
}

/* The runtimes' ways to say that exec(2) failed with ENOENT or EACCES.  Only an error of the runtime is looked at, never
 * what the command itself printed. */
static bool is_missing(const char *message)
{
    static const char *const words[] = {"executable file not found", "no such file or directory", "permission denied",
                                        "not a directory", "exec format error"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasestr(message, words[i]))
            return true;
    }
    return false;
}

/* The exit code among the causes; -1 if there is none from 0 to 255. */
static int exit_cause(const opsdk_object *status)
{
    opsdk_value cause = {0};

    while (opsdk_value_next(opsdk_at(status, "/details/causes"), NULL, &cause)) {
        const char *text = opsdk_value_str(opsdk_value_at(cause, "/message"), "");
        char *end;
        long code;

        if (strcmp(opsdk_value_str(opsdk_value_at(cause, "/reason"), ""), "ExitCode") != 0)
            continue;
        code = strtol(text, &end, 10);
        return end > text && !*end && code >= 0 && code <= 255 ? (int)code : -1;
    }
    return -1;
}

/* The runtimes put the cause last, behind what each of them was doing. */
static void take_tail(char *ret, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len < size)
        snprintf(ret, size, "%s", text);
    else
        snprintf(ret, size, "...%s", text + len - (size - 4));
}

int channel_read_exit(const char *json, size_t len, channel_exit *ret, opsdk_error *err)
{
    opsdk_auto_object *status = NULL;
    channel_exit e = {.code = -1};
    const char *outcome, *message;
    int r;

    r = opsdk_object_parse(NULL, json, len, &status, err);
    if (r < 0)
        return opsdk_error_wrap(err, OPSDK_EPROTO, "exec: error channel");

    outcome = opsdk_value_str(opsdk_at(status, "/status"), "");
    message = opsdk_value_str(opsdk_at(status, "/message"), "");
    snprintf(e.reason, sizeof(e.reason), "%s", opsdk_value_str(opsdk_at(status, "/reason"), ""));
    take_tail(e.message, sizeof(e.message), message);
    if (strcmp(outcome, "Success") == 0) {
        e.code = 0;
    } else if (strcmp(outcome, "Failure") != 0) {
        return opsdk_error_set(err, OPSDK_EPROTO, "exec: error channel: status is neither Success nor Failure");
    } else if (strcmp(e.reason, "NonZeroExitCode") == 0) {
        e.code = exit_cause(status);
        if (e.code < 0)
            return opsdk_error_set(err, OPSDK_EPROTO, "exec: error channel: NonZeroExitCode without an exit code");
    }
    e.missing = e.code == 126 || e.code == 127 || (e.code < 0 && is_missing(message));
    *ret = e;
    return 0;
}
