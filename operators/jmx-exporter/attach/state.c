#include "operators/jmx-exporter/attach/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "operators/jmx-exporter/attach/base.h"

int state_parse(const char *text, struct state *ret)
{
    struct state s;

    if (sscanf(text, "pid %10ld start %20" SCNu64 " port %5d signals %5d java %63s", &s.pid, &s.start, &s.port,
               &s.signals, s.java) != 5)
        return -1;
    if (s.pid <= 0 || s.port < 0 || s.port > 65535 || s.signals < 0)
        return -1;
    *ret = s;
    return 0;
}

void state_read(struct run *r)
{
    char path[DIR_MAX + 16];
    size_t len;

    snprintf(path, sizeof(path), "%s/state", r->dir);
    auto_text text = text_read(path, 256, &len);
    if (text)
        (void)state_parse(text, &r->state);
}

int state_write(struct run *r)
{
    char text[256];
    int len = snprintf(text, sizeof(text), "pid %ld start %" PRIu64 " port %d signals %d java %s\n", r->state.pid,
                       r->state.start, r->state.port, r->state.signals, r->state.java[0] ? r->state.java : "-");
    int n = file_put(r->dir_fd, "state", text, (size_t)len, 0600, (gid_t)-1, -1);

    return n < 0 ? dir_failed(r, "state", -n) : 0;
}

void state_renew(struct run *r, int port)
{
    char java[sizeof(r->state.java)];

    snprintf(java, sizeof(java), "%s", r->jvm.java[0] ? r->jvm.java : "-");
    r->state = (struct state){.pid = r->jvm.pid, .start = r->jvm.start, .port = port};
    memcpy(r->state.java, java, sizeof(java));
}

bool state_is_current(const struct run *r)
{
    return r->state.pid == r->jvm.pid && r->state.start == r->jvm.start;
}
