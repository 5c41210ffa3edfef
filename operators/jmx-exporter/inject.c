#include "inject.h"

#include "attach_version.h" /* made from the helper's sources */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the container: /tmp must be writable there in any case, for the JVM's attach socket. */
#define TARGET_DIR "/tmp/jmx-exporter"
/* In the operator's image; the environment's JMX_EXPORTER_DIR overrides it. */
#define SOURCE_DIR "/opt/jmx-exporter"
#define HELPER_MS "20000"
#define EXEC_MS 30000 /* more than the helper allows itself */

/* Exit codes of the helper (attach/report.h). */
enum { HELPER_DONE = 0, HELPER_RETRY = 4, HELPER_OLD = 10 };

static int run_helper(const opsdk_request *rq, const pod_container *c, const exporter *e, const config_text *config,
                      opsdk_output *ret, opsdk_error *err)
{
    opsdk_exec_opts opts = {
        .container = c->name,
        .in = config->text,
        .in_len = config->len,
        .timeout_ms = EXEC_MS,
        .any_exit = true,
    };
    char port[8], size[24];

    snprintf(port, sizeof(port), "%d", (int)e->port);
    snprintf(size, sizeof(size), "%zu", config->len); /* so that no close of stdin is needed */
    opsdk_output_clear(ret);
    return opsdk_exec(rq->client, rq->key,
                      OPSDK_ARGV(TARGET_DIR "/jmx-attach", "run", "--dir", TARGET_DIR, "--port", port, "--version",
                                 ATTACH_VERSION, "--timeout-ms", HELPER_MS, "--size", size),
                      &opts, ret, err);
}

/* The helper's one line of JSON; NULL when there is none. */
static json_t *read_report(const opsdk_output *out)
{
    return out->out ? json_loadb(out->out, out->out_len, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
}

static const char *text_of(const json_t *report, const char *name)
{
    const char *text = json_string_value(json_object_get(report, name));

    return text ? text : "";
}

/* Not there, not whole (a program that was cut off is refused, or dies by a signal before it says a word), or of another version: all mended
 * by copying. */
static bool needs_copy(int r, const opsdk_error *why, const opsdk_output *out, const json_t *report)
{
    if (r < 0)
        return why->code == OPSDK_EEXEC;
    return out->exit_code == 126 || out->exit_code == 127 || (out->exit_code > 128 && !report) ||
           out->exit_code == HELPER_OLD || strcmp(text_of(report, "reason"), "AgentUnreadable") == 0;
}

static int copy_tools(const opsdk_request *rq, const pod_container *c, opsdk_error *err)
{
    const char *dir = getenv("JMX_EXPORTER_DIR");
    opsdk_error why = {0};
    int r;

    r = opsdk_cp_to(rq->client, rq->key, c->name, dir && *dir ? dir : SOURCE_DIR, TARGET_DIR, &why);
    if (r < 0)
        return fail(err, r, "CopyFailed", "cannot copy the helper to %s: %s", TARGET_DIR, why.message);
    return 0;
}

static int judge(const opsdk_output *out, const json_t *report, int64_t *ret_port, opsdk_error *err)
{
    if (!report)
        return fail(err, OPSDK_EEXEC, "HelperFailed", "the helper ended with %d and no report: %s", out->exit_code,
                    out->err && *out->err ? out->err : "no message");
    if (out->exit_code == HELPER_DONE) {
        *ret_port = json_integer_value(json_object_get(report, "port"));
        return 0;
    }
    return fail(err, out->exit_code == HELPER_RETRY ? OPSDK_EBUSY : OPSDK_EEXEC, text_of(report, "reason"), "%s",
                text_of(report, "message"));
}

int inject(const opsdk_request *rq, const pod_container *c, const exporter *e, const config_text *config,
           int64_t *ret_port, opsdk_error *err)
{
    opsdk_auto_output out = {0};
    opsdk_error why = {0};
    json_t *report = NULL;
    int r;

    r = run_helper(rq, c, e, config, &out, &why);
    report = read_report(&out);
    if (needs_copy(r, &why, &out, report)) {
        json_decref(report);
        r = copy_tools(rq, c, err);
        if (r < 0)
            return r;
        r = run_helper(rq, c, e, config, &out, &why);
        report = read_report(&out);
    }
    if (r < 0)
        r = fail(err, r, "ExecFailed", "cannot run the helper: %s", why.message);
    else
        r = judge(&out, report, ret_port, err);
    json_decref(report);
    return r;
}
