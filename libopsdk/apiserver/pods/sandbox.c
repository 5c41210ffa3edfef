#include "apiserver/pods/sandbox.h"
#include "apiserver/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- one descriptor at a time over a socket pair ---- */

static bool send_fd(int to, int fd)
{
    char byte = 0, room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {0};
    struct iovec part = {&byte, 1};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    return sendmsg(to, &m, MSG_NOSIGNAL) == 1;
}

/* -1: the other side has no more. */
static int receive_fd(int from)
{
    char byte, room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
    struct iovec part = {&byte, 1};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    const struct cmsghdr *c;
    int fd = -1;

    if (recvmsg(from, &m, MSG_CMSG_CLOEXEC) != 1)
        return -1;
    c = CMSG_FIRSTHDR(&m);
    if (c && c->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(c), sizeof(fd));
    return fd;
}

/* ---- a pod's namespaces ---- */

static int write_file(pid_t pid, const char *name, const char *text)
{
    char path[64];
    int fd, r;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    r = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
    close_fd(&fd);
    return r;
}

/* Everybody stays who he is.  Without privileges only oneself may be mapped. */
static int map_users(pid_t pid)
{
    char own[64];

    if (write_file(pid, "uid_map", "0 0 4294967295") == 0)
        return write_file(pid, "gid_map", "0 0 4294967295");
    snprintf(own, sizeof(own), "%u %u 1", (unsigned)geteuid(), (unsigned)geteuid());
    if (write_file(pid, "uid_map", own) < 0 || write_file(pid, "setgroups", "deny") < 0)
        return -1;
    snprintf(own, sizeof(own), "%u %u 1", (unsigned)getegid(), (unsigned)getegid());
    return write_file(pid, "gid_map", own);
}

/* In the child: async-signal-safe calls only, since other threads of this process may hold any lock. */
static void be_namespaces(int with, bool host_network)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int diag = -1;
    char byte = unshare(CLONE_NEWUSER | (host_network ? 0 : CLONE_NEWNET)) == 0;
    int fd;

    if (byte && !host_network) {
        fd = socket(AF_INET, SOCK_DGRAM, 0);
        byte = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
        diag = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
    }
    if (write(with, &byte, 1) == 1 && (host_network || send_fd(with, diag)))
        (void)!read(with, &byte, 1); /* until the parent has what it wants, or is gone */
    _exit(0);
}

static int open_namespace(pid_t pid, const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static void wait_for(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

int sandbox_open(sandbox *box, bool host_network)
{
    char made = 0;
    int pair[2];
    pid_t pid;

    *box = (sandbox){.user = -1, .net = -1, .diag = -1, .host_network = host_network};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    pid = _Fork();
    if (pid == 0) {
        close(pair[0]);
        be_namespaces(pair[1], host_network);
    }
    close(pair[1]);
    if (pid > 0 && read(pair[0], &made, 1) == 1 && made && map_users(pid) == 0) {
        box->user = open_namespace(pid, "user");
        box->net = host_network ? -1 : open_namespace(pid, "net");
        box->diag = host_network ? -1 : receive_fd(pair[0]);
    }
    close(pair[0]);
    if (pid > 0)
        wait_for(pid);
    if (box->user >= 0 && (host_network || (box->net >= 0 && box->diag >= 0)))
        return 0;
    sandbox_close(box);
    errno = EPERM;
    return -1;
}

void sandbox_close(sandbox *box)
{
    close_fd(&box->user);
    close_fd(&box->net);
    close_fd(&box->diag);
}

/* In the child. */
static void be_socket_maker(const sandbox *box, int with, size_t max)
{
    int fd;

    if (setns(box->user, CLONE_NEWUSER) < 0 || setns(box->net, CLONE_NEWNET) < 0)
        _exit(1);
    for (size_t i = 0; i < max; i++) {
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || !send_fd(with, fd))
            _exit(1);
        close(fd);
    }
    _exit(0);
}

size_t sandbox_sockets(const sandbox *box, int *ret, size_t max)
{
    int pair[2];
    size_t n = 0;
    pid_t pid;

    if (box->net < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return 0;
    pid = _Fork();
    if (pid == 0)
        be_socket_maker(box, pair[1], max);
    close(pair[1]);
    while (pid > 0 && n < max) {
        ret[n] = receive_fd(pair[0]);
        if (ret[n] < 0)
            break;
        n++;
    }
    close(pair[0]);
    if (pid > 0)
        wait_for(pid);
    return n;
}

/* ---- does it work? ---- */

static bool works;

static void try_it(void)
{
    char *argv[] = {"true", NULL}, *env[] = {"PATH=/usr/bin:/bin", NULL}, why[200];
    process p = PROCESS_NONE;
    sandbox box;

    if (sandbox_open(&box, false) < 0)
        return;
    works = process_start(&p, &(launch){.box = &box, .container = -1, .argv = argv, .env = env}, why, sizeof(why)) == 0;
    if (works) {
        wait_for(p.pid);
        p.pid = 0;
    }
    process_close(&p);
    sandbox_close(&box);
}

bool sandbox_works(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, try_it);
    return works;
}
