#include "operators/jmx-exporter/attach/proc.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELETED " (deleted)"

static bool number(const char *text, int base, uint64_t *ret)
{
    char *end;

    if (*text == '-' || *text == '+')
        return false;
    errno = 0;
    *ret = strtoull(text, &end, base);
    return errno == 0 && end != text;
}

int proc_stat_parse(const char *text, size_t len, struct proc_stat *ret)
{
    const char *p = memrchr(text, ')', len);
    struct proc_stat s;

    if (!p || p[1] != ' ' || !p[2])
        return -1;
    p += 2;
    s.state = *p;
    for (int field = 3; field < 22; field++) {
        p = strchr(p, ' ');
        if (!p)
            return -1;
        p++;
    }
    if (!number(p, 10, &s.start))
        return -1;
    *ret = s;
    return 0;
}

/* The value of "Name:" at the start of a line. */
static const char *field(const char *text, const char *name)
{
    size_t len = strlen(name);

    for (const char *p = text; p; p = strchr(p, '\n')) {
        p += *p == '\n';
        if (strncmp(p, name, len) == 0 && p[len] == ':')
            return p + len + 1;
    }
    return NULL;
}

/* The nth number of a line, counted from 0; with last, its last one. */
static bool field_number(const char *value, int nth, bool last, uint64_t *ret)
{
    uint64_t found = 0;
    bool any = false;
    int n = 0;

    while (value && *value && *value != '\n') {
        size_t gap = strspn(value, " \t");
        size_t len = strcspn(value + gap, " \t\n");
        if (len == 0)
            break;
        if ((last || n == nth) && !number(value + gap, 10, &found))
            return false;
        any = any || last || n == nth;
        value += gap + len;
        n++;
    }
    *ret = found;
    return any;
}

static bool field_mask(const char *value, uint64_t *ret)
{
    return value && number(value + strspn(value, " \t"), 16, ret);
}

int proc_status_parse(const char *text, struct proc_status *ret)
{
    struct proc_status s = {.ns_pid = 0};
    uint64_t uid, gid, pid;

    if (!field_number(field(text, "Uid"), 1, false, &uid) || !field_number(field(text, "Gid"), 1, false, &gid))
        return -1;
    if (!field_mask(field(text, "SigCgt"), &s.caught) || !field_mask(field(text, "SigIgn"), &s.ignored))
        return -1;
    if (field_number(field(text, "NStgid"), 0, true, &pid) && pid > 0 && pid <= INT32_MAX)
        s.ns_pid = (pid_t)pid;
    s.euid = (uid_t)uid;
    s.egid = (gid_t)gid;
    *ret = s;
    return 0;
}

bool proc_status_takes_quit(const struct proc_status *s)
{
    uint64_t bit = UINT64_C(1) << (SIGQUIT - 1);

    return (s->caught & bit) && !(s->ignored & bit);
}

/* "address perms offset dev inode   path" */
const char *proc_map_path(const char *line)
{
    for (int i = 0; i < 5; i++) {
        line += strcspn(line, " ");
        line += strspn(line, " ");
    }
    return *line == '/' ? line : NULL;
}

/* "  0: 00000000:24BC 00000000:0000 0A tx:rx tr:when retrnsmt uid timeout inode ..." */
bool proc_tcp_listens(const char *line, int port, uint64_t *ret_inode)
{
    unsigned local, state;
    uint64_t inode;

    if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%4x %*[0-9A-Fa-f]:%*4x %2x %*s %*s %*s %*u %*u %" SCNu64, &local, &state,
               &inode) != 3)
        return false;
    if (state != 0x0A || local != (unsigned)port)
        return false;
    *ret_inode = inode;
    return true;
}

static size_t path_len(const char *path)
{
    size_t len = strlen(path), tail = strlen(DELETED);

    return len > tail && strcmp(path + len - tail, DELETED) == 0 ? len - tail : len;
}

const char *path_base(const char *path, size_t *ret_len)
{
    size_t len = path_len(path);
    const char *slash = memrchr(path, '/', len);
    const char *base = slash ? slash + 1 : path;

    *ret_len = len - (size_t)(base - path);
    return base;
}

bool path_is(const char *path, const char *file)
{
    size_t len = path_len(path);

    return len == strlen(file) && memcmp(path, file, len) == 0;
}
