#include "operators/jmx-exporter/attach/scrape.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"

/* All MBeans are read all the same, which is when the configuration is read anew; only the answer is short. */
static const char request[] =
    "GET /metrics?name[]=jmx_config_reload_success_total&name[]=jmx_config_reload_failure_total"
    "&name[]=jmx_exporter_build_info HTTP/1.0\r\nHost: localhost\r\n\r\n";

static bool value_of(const char *line, const char *name, double *ret)
{
    size_t len = strlen(name);
    char *end;

    if (strncmp(line, name, len) != 0 || line[len] != ' ')
        return false;
    double value = strtod(line + len + 1, &end);
    if (end == line + len + 1 || value != value || value < 0)
        return false;
    *ret = value;
    return true;
}

static void head_line(struct metrics_reader *m)
{
    if (m->n_lines == 0 && sscanf(m->line, "HTTP/1.%*1[01] %3d", &m->metrics.status) != 1)
        m->bad = true;
    m->body = m->n_lines > 0 && m->len == 0;
}

static void body_line(struct metrics_reader *m)
{
    struct metrics *x = &m->metrics;

    x->has_reloads |= value_of(m->line, "jmx_config_reload_success_total", &x->reloads);
    x->has_failures |= value_of(m->line, "jmx_config_reload_failure_total", &x->failures);
    x->exporter |= strncmp(m->line, "jmx_exporter_build_info{", strlen("jmx_exporter_build_info{")) == 0;
    x->delayed |= x->status >= 500 && strstr(m->line, "startDelaySeconds") != NULL;
}

static void line_done(struct metrics_reader *m)
{
    m->len -= m->len > 0 && m->line[m->len - 1] == '\r';
    m->line[m->len] = 0;
    if (m->body)
        body_line(m);
    else
        head_line(m);
    m->n_lines++;
    m->len = 0;
}

void metrics_feed(struct metrics_reader *m, const char *data, size_t len)
{
    for (size_t i = 0; i < len && !m->bad; i++) {
        if (data[i] == '\n')
            line_done(m);
        else if (m->len < sizeof(m->line) - 1)
            m->line[m->len++] = data[i];
    }
}

void metrics_end(struct metrics_reader *m)
{
    if (m->len > 0 && !m->bad)
        line_done(m);
}

/* Returns a connected socket or -errno. */
static int http_connect(const struct run *r, int port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = 0;
    socklen_t len = sizeof(error);

    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
        error = errno;
    if (error == EINPROGRESS && wait_fd(r, fd, POLLOUT))
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error == 0)
        return fd;
    close(fd);
    return -error;
}

static int answer_read(const struct run *r, int fd, struct metrics_reader *m)
{
    char data[16384];
    size_t total = 0;

    while (total < SCRAPE_MAX) {
        if (!wait_fd(r, fd, POLLIN))
            return -ETIMEDOUT;
        ssize_t n = recv(fd, data, sizeof(data), 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        metrics_feed(m, data, (size_t)n);
        total += (size_t)n;
    }
    metrics_end(m);
    return m->bad || !m->body ? -EPROTO : 0;
}

int scrape(const struct run *r, int port, struct metrics *ret)
{
    struct metrics_reader m = {.body = false};
    auto_fd fd = http_connect(r, port);

    if (fd < 0)
        return fd;
    if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) != (ssize_t)sizeof(request) - 1)
        return -EPIPE;
    int n = answer_read(r, fd, &m);
    if (n == 0)
        *ret = m.metrics;
    return n;
}
