/* jmx-attach: loads the JMX exporter's agent into the JVM of the container it is run in, and gives it its configuration.
 *
 *     jmx-attach run --dir DIR --port PORT --version V [--pid PID] [--size BYTES] [--timeout-ms N] [--min-age-ms N] < config
 *     jmx-attach version
 *
 * It may be run again at any time, by several at once, and killed at any point.  Prints one line of JSON.
 * Exit status: 0 done, 2 wrong usage, 3 refused, 4 try again later, 10 this is another version than V. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach_version.h"
#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/check.h"
#include "operators/jmx-exporter/attach/hotspot.h"
#include "operators/jmx-exporter/attach/report.h"

enum { EXIT_USAGE = 2, EXIT_AGAIN = 4, EXIT_VERSION = 10 };

#define ALARM_S 5 /* past the deadline: something in the kernel holds us */

struct arguments {
    const char *dir;
    const char *version;
    long port, pid, size, timeout_ms, min_age_ms;
};

static int usage(const char *what, const char *value)
{
    fprintf(stderr,
            "jmx-attach: %s%s%s\n"
            "usage: jmx-attach run --dir DIR --port PORT --version V [--pid PID] [--size BYTES] [--timeout-ms N]\n"
            "                      [--min-age-ms N] < configuration\n"
            "       jmx-attach version\n",
            what, value ? " " : "", value ? value : "");
    return EXIT_USAGE;
}

static int number(const char *text, long min, long max, long *ret)
{
    char *end;

    errno = 0;
    long n = strtol(text, &end, 10);
    if (errno || end == text || *end || n < min || n > max)
        return -1;
    *ret = n;
    return 0;
}

static int argument(struct arguments *a, const char *name, const char *value)
{
    if (strcmp(name, "--port") == 0)
        return number(value, 1, 65535, &a->port);
    if (strcmp(name, "--pid") == 0)
        return number(value, 1, INT32_MAX, &a->pid);
    if (strcmp(name, "--size") == 0)
        return number(value, 0, CONFIG_MAX, &a->size);
    if (strcmp(name, "--timeout-ms") == 0)
        return number(value, 1, TIMEOUT_MAX_MS, &a->timeout_ms);
    if (strcmp(name, "--min-age-ms") == 0)
        return number(value, 0, TIMEOUT_MAX_MS, &a->min_age_ms);
    if (strcmp(name, "--dir") == 0)
        a->dir = value;
    else if (strcmp(name, "--version") == 0)
        a->version = value;
    else
        return -1;
    return 0;
}

static void on_alarm(int signal)
{
    static const char line[] =
        "{\"outcome\":\"retry\",\"reason\":\"TimedOut\",\"message\":\"the kernel held the helper past its "
        "deadline\",\"pid\":0,\"start\":\"0\",\"java\":\"\",\"port\":0}\n";

    (void)signal;
    hotspot_clean();
    (void)!write(STDOUT_FILENO, line, sizeof(line) - 1);
    _exit(EXIT_AGAIN);
}

static void alarm_set(long timeout_ms)
{
    struct sigaction action = {.sa_handler = on_alarm};

    sigaction(SIGALRM, &action, NULL);
    alarm((unsigned)(timeout_ms / 1000) + ALARM_S);
}

static int report(const struct run *r)
{
    char line[2048];
    size_t len = report_text(r, line, sizeof(line));

    alarm(0);
    return write(STDOUT_FILENO, line, len) == (ssize_t)len ? report_status(r) : EXIT_AGAIN;
}

static int run(const struct arguments *a)
{
    char canonical[DIR_MAX + 1];
    struct run r = {
        .dir_fd = -1,
        .lock_fd = -1,
        .jvm_fd = -1,
        .port = (int)a->port,
        .want_pid = (pid_t)a->pid,
        .deadline = clock_ms() + a->timeout_ms,
        .min_age_ms = (int)a->min_age_ms,
        .config_want = a->size,
    };

    umask(022);
    stop_on_signals();
    alarm_set(a->timeout_ms);
    if (dir_check(&r, a->dir, canonical) == 0)
        run_do(&r);
    int status = report(&r);
    fd_close(&r.dir_fd);
    return status;
}

static int version_differs(const char *wanted)
{
    struct run r = {.dir_fd = -1};

    retry(&r, "HelperDiffers", "this helper is version " ATTACH_VERSION ", not %.100s: copy it again", wanted);
    (void)report(&r);
    return EXIT_VERSION;
}

int main(int argc, char **argv)
{
    struct arguments a = {.size = -1, .timeout_ms = TIMEOUT_MS, .min_age_ms = MIN_AGE_MS};

    if (argc == 2 && strcmp(argv[1], "version") == 0)
        return puts(ATTACH_VERSION) < 0 ? 1 : 0;
    if (argc < 2 || strcmp(argv[1], "run") != 0)
        return usage("say run or version", NULL);
    for (int i = 2; i < argc; i += 2) {
        if (i + 1 == argc || argument(&a, argv[i], argv[i + 1]) < 0)
            return usage("not a known option with a good value:", argv[i]);
    }
    if (!a.dir || !a.port || !a.version)
        return usage("--dir, --port and --version are needed", NULL);
    if (strcmp(a.version, ATTACH_VERSION) != 0)
        return version_differs(a.version);
    return run(&a);
}
