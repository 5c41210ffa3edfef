#include "operators/jmx-exporter/attach/config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/find.h"
#include "operators/jmx-exporter/attach/scrape.h"

#define FILE_NAME "config.yaml"
#define GOOD_NAME "good.yaml"
#define HARMLESS "rules: []\n"
#define NEWER_MS 2000 /* file systems that keep whole seconds, with some to spare */
#define FRUITLESS 8   /* scrapes without a reload before the file is made still newer */
#define REFUSALS 20   /* refused connections before the agent counts as not listening */

int config_read(struct run *r)
{
    size_t max = r->config_want >= 0 ? (size_t)r->config_want : CONFIG_MAX + 1;

    if (max > CONFIG_MAX + 1)
        max = CONFIG_MAX + 1;
    r->config = calloc(1, max + 1);
    if (!r->config)
        return retry(r, "TimedOut", "out of memory");
    while (r->config_len < max) {
        if (!wait_fd(r, STDIN_FILENO, POLLIN))
            return retry(r, "TimedOut", "the configuration did not come on standard input");
        ssize_t n = read(STDIN_FILENO, r->config + r->config_len, max - r->config_len);
        if (n < 0 && errno != EINTR)
            return retry(r, "TimedOut", "cannot read the configuration: %s", strerror(errno));
        if (n == 0)
            break;
        r->config_len += n > 0 ? (size_t)n : 0;
    }
    if (r->config_len > CONFIG_MAX)
        return refuse(r, "ConfigRejected", "the configuration is larger than %zu bytes", CONFIG_MAX);
    if (r->config_want >= 0 && r->config_len < (size_t)r->config_want)
        return retry(r, "TimedOut", "only %zu of %zd bytes of the configuration came: send it again", r->config_len,
                     r->config_want);
    return 0;
}

static bool word_at(const char *text, size_t len, size_t at, const char *word)
{
    size_t n = strlen(word);

    if (len - at < n || memcmp(text + at, word, n) != 0)
        return false;
    if (at > 0 && !strchr(" \t\r\n{[,\"'?\xBF", text[at - 1])) /* BF ends a byte order mark */
        return false;
    return at + n == len || !(isalnum((unsigned char)text[at + n]) || text[at + n] == '_');
}

/* An escape in a double-quoted scalar could spell any key. */
static bool escape_at(const char *text, size_t len, size_t at, bool quoted)
{
    return quoted && at + 1 < len && text[at] == '\\' && strchr("xuU", text[at + 1]) && text[at + 1];
}

static bool opens_quote(const char *text, size_t at)
{
    return text[at] == '"' && (at == 0 || strchr(" \t\r\n{[,:", text[at - 1]));
}

/* Not a YAML parser, and it may refuse too much: the operator has parsed the text already. This is the last guard. */
const char *config_forbidden(const char *text, size_t len, int *ret_line)
{
    bool quoted = false, comment = false;
    int line = 1;

    for (size_t i = 0; i < len; i++) {
        *ret_line = line;
        line += text[i] == '\n';
        comment =
            comment ? text[i] != '\n' : !quoted && text[i] == '#' && (i == 0 || isspace((unsigned char)text[i - 1]));
        if (comment)
            continue;
        if (word_at(text, len, i, "hostPort"))
            return "hostPort";
        if (word_at(text, len, i, "jmxUrl"))
            return "jmxUrl";
        if (escape_at(text, len, i, quoted))
            return "\\x, \\u or \\U in double quotes";
        if (quoted && text[i] == '\\')
            i++;
        else if (quoted ? text[i] == '"' : opens_quote(text, i))
            quoted = !quoted;
    }
    return NULL;
}

int config_safe(struct run *r)
{
    int line = 0;
    const char *word = config_forbidden(r->config, r->config_len, &line);

    if (word)
        return refuse(r, "ConfigRejected",
                      "line %d of the configuration has %s, which could end the application: remove it", line, word);
    if (memchr(r->config, 0, r->config_len))
        return refuse(r, "ConfigRejected", "the configuration holds a NUL byte");
    return 0;
}

static int64_t wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The agent reads a file again only when it is newer than the one before: at least newer_ms. */
static int install(struct run *r, const char *data, size_t len, int64_t newer_ms)
{
    bool same_user = r->jvm.uid == geteuid();
    int64_t mtime = wall_ms();
    struct stat st;

    if (fstatat(r->dir_fd, FILE_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        int64_t old = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 + newer_ms;
        mtime = old > mtime ? old : mtime;
    }
    int n =
        file_put(r->dir_fd, FILE_NAME, data, len, same_user ? 0600 : 0640, same_user ? (gid_t)-1 : r->jvm.gid, mtime);

    return n < 0 ? dir_failed(r, FILE_NAME, -n) : 0;
}

int config_harmless(struct run *r)
{
    return install(r, HARMLESS, strlen(HARMLESS), NEWER_MS);
}

static int scrape_failed(struct run *r, int n, const struct metrics *m)
{
    if (!jvm_alive(&r->jvm))
        return retry(r, "JvmDied", "the JVM (pid %d) is gone", (int)r->jvm.pid);
    if (n < 0)
        return retry(r, "ScrapeFailed", "the agent does not answer on port %d: %s", r->real_port, strerror(-n));
    if (m->delayed)
        return retry(r, "ScrapeFailed", "the configuration's startDelaySeconds, counted from the load, is not over");
    if (m->status != 200)
        return retry(r, "ScrapeFailed", "a scrape of port %d gives HTTP status %d", r->real_port, m->status);
    return retry(r, "ScrapeFailed", "what answers on port %d is no JMX exporter", r->real_port);
}

/* Scrapes until the answer is complete. */
static int scrape_wait(struct run *r, struct metrics *ret)
{
    for (int tries = 1, ms = 20;; tries++, ms = ms < 500 ? ms * 2 : 500) {
        int n = scrape(r, r->real_port, ret);
        if (n == 0 && ret->status == 200 && ret->exporter && ret->has_reloads && ret->has_failures)
            return 0;
        if (n == -ECONNREFUSED && tries >= REFUSALS)
            return scrape_failed(r, n, ret);
        if (!jvm_alive(&r->jvm) || !nap(r, ms))
            return scrape_failed(r, n, ret);
    }
}

/* Puts data in place and waits for the agent's verdict: 1 in use, 0 rejected, -1 the run is over. */
static int install_wait(struct run *r, const char *data, size_t len)
{
    struct metrics before = {.status = 0}, now = {.status = 0};
    int64_t newer_ms = NEWER_MS;

    if (scrape_wait(r, &before) < 0 || install(r, data, len, newer_ms) < 0)
        return -1;
    for (int tries = 1, ms = 5;; tries++, ms = ms < 250 ? ms * 2 : 250) {
        if (scrape_wait(r, &now) < 0)
            return -1;
        if (now.reloads > before.reloads)
            return 1;
        if (now.failures > before.failures)
            return 0;
        if (tries % FRUITLESS == 0) {
            newer_ms *= 60; /* a removed directory lost the time of the file that the agent read last */
            if (install(r, data, len, newer_ms) < 0)
                return -1;
        }
        if (!nap(r, ms))
            return retry(r, "TimedOut", "the agent on port %d has not read its configuration yet", r->real_port);
    }
}

/* The broken file must not stay: the agent would complain in the application's log at each scrape. */
static int rejected(struct run *r)
{
    char path[DIR_MAX + 16];
    size_t len = 0;

    snprintf(path, sizeof(path), "%s/%s", r->dir, GOOD_NAME);
    auto_text good = text_read(path, CONFIG_MAX, &len);
    bool has_good = good && len > 0;
    int n = has_good ? install_wait(r, good, len) : install_wait(r, HARMLESS, strlen(HARMLESS));

    return refuse(r, "ConfigRejected", "the agent cannot use the configuration (see the application's log for why); %s",
                  n == 1 ? has_good ? "the last good one is in use" : "it exports the JVM's own metrics only"
                         : "the one before stays in use");
}

int config_apply(struct run *r)
{
    int n = install_wait(r, r->config, r->config_len);

    if (n < 0)
        return -1;
    if (n == 0)
        return rejected(r);
    n = file_put(r->dir_fd, GOOD_NAME, r->config, r->config_len, 0600, (gid_t)-1, -1);
    return n < 0 ? dir_failed(r, GOOD_NAME, -n) : 0;
}
