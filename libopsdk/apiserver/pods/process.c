/* Starting and ending the processes of a sandbox.
 *
 * Between fork and exec a child of a program with threads makes system calls only: what else it needs is prepared before. */
#include "apiserver/limits.h"
#include "apiserver/pods/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* What a child tells before it runs the program. */
typedef struct report {
    pid_t pid;        /* as the server sees it; 0: this is about a failure */
    int code;         /* errno */
    const char *step; /* a literal: it is the same program */
} report;

typedef struct child {
    const launch *l;
    int fds[3];       /* its 0, 1 and 2 */
    int tell[2];      /* pipe of reports */
    const char *path; /* of its environment */
    const char *kept; /* its folder, when that is below /tmp and hence is to be seen there too; or NULL */
} child;

/* ---- the child's side ---- */

static void fail(const child *c, const char *step)
{
    report r = {.code = errno, .step = step};

    (void)!write(c->tell[1], &r, sizeof(r));
    _exit(127);
}

static void make_folders(const char *path)
{
    char part[PATH_MAX];

    for (size_t i = 0; i < sizeof(part) - 1 && path[i]; i++) {
        part[i] = path[i];
        part[i + 1] = '\0';
        if (path[i + 1] == '/' || path[i + 1] == '\0')
            mkdir(part, 0755);
    }
}

/* A new /tmp; the process's own folder stays in it where the host has it there. */
static void mount_tmp(const child *c)
{
    char from[40];
    int fd = c->kept ? open(c->kept, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

    if (c->kept && fd < 0)
        fail(c, "chdir");
    if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=" LIMIT_POD_TMP) < 0)
        fail(c, "mount /tmp");
    if (!c->kept)
        return;
    make_folders(c->kept);
    snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
    if (mount(from, c->kept, NULL, MS_BIND | MS_REC, NULL) < 0)
        fail(c, "mount working directory");
}

/* The first process of a container makes its file system. */
static void enclose(const child *c)
{
    if (c->l->box->user < 0 || c->l->container >= 0)
        return;
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        fail(c, "mount /");
    mount_tmp(c);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        fail(c, "mount /proc");
    if (c->l->host)
        (void)!sethostname(c->l->host, strlen(c->l->host));
}

/* As if the server had never set any. */
static void reset_signals(void)
{
    const struct sigaction dflt = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        sigaction(i, &dflt, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Moves them out of the way first: one may have the number of another. */
static void take_descriptors(const child *c)
{
    int high[3];

    for (int i = 0; i < 3; i++) {
        high[i] = fcntl(c->fds[i], F_DUPFD_CLOEXEC, 10);
        if (high[i] < 0)
            fail(c, "dup");
    }
    for (int i = 0; i < 3; i++)
        if (c->tell[1] == i || dup2(high[i], i) < 0)
            fail(c, "dup");
    close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
    if (c->l->tty)
        ioctl(0, TIOCSCTTY, 0);
}

static void run_program(const child *c)
{
    char *const *argv = c->l->argv;
    char file[PATH_MAX];
    int code = ENOENT;

    if (strchr(argv[0], '/')) {
        execve(argv[0], argv, c->l->env);
        fail(c, "exec");
    }
    for (const char *dir = c->path; *dir; dir += *dir == ':') {
        size_t len = strcspn(dir, ":");
        if (len + strlen(argv[0]) + 2 <= sizeof(file)) {
            memcpy(file, dir, len);
            file[len] = '/';
            memcpy(file + len + 1, argv[0], strlen(argv[0]) + 1);
            execve(file, argv, c->l->env);
            code = errno == ENOENT || errno == ENOTDIR ? code : errno;
        }
        dir += len;
    }
    errno = code;
    fail(c, code == ENOENT ? "PATH" : "exec");
}

static void be_program(const child *c)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        fail(c, "prctl");
    setsid();
    enclose(c);
    take_descriptors(c);
    if (c->l->dir && chdir(c->l->dir) < 0)
        fail(c, "chdir");
    reset_signals();
    run_program(c);
}

/* Enters the pod, and leaves a child there that is the server's: who changes its process namespace stays outside himself. */
static void be_between(const child *c)
{
    const sandbox *box = c->l->box;
    int shared = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS, flags = SIGCHLD | CLONE_PARENT;
    report r = {0};

    if (box->user >= 0 && c->l->container >= 0) {
        if (setns(c->l->container, CLONE_NEWUSER | shared | (box->net >= 0 ? CLONE_NEWNET : 0)) < 0)
            fail(c, "enter container");
    } else if (box->user >= 0) {
        if (setns(box->user, CLONE_NEWUSER) < 0 || (box->net >= 0 && setns(box->net, CLONE_NEWNET) < 0))
            fail(c, "enter pod");
        flags |= shared;
    }
    r.pid = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
    if (r.pid == 0)
        be_program(c);
    if (r.pid < 0)
        fail(c, "clone");
    (void)!write(c->tell[1], &r, sizeof(r));
    _exit(0);
}

/* ---- the server's side ---- */

static int make_terminal(process *p, child *c)
{
    char name[64];

    p->in = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (p->in < 0 || grantpt(p->in) < 0 || unlockpt(p->in) < 0 || ptsname_r(p->in, name, sizeof(name)) != 0)
        return -1;
    c->fds[0] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    c->fds[1] = c->fds[2] = c->fds[0];
    p->out = c->fds[0] < 0 ? -1 : fcntl(p->in, F_DUPFD_CLOEXEC, 0);
    return p->out < 0 ? -1 : 0;
}

/* ours: the end that stays here. */
static int make_pipe(int *ours, int *theirs, bool reads)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    *ours = ends[reads ? 0 : 1];
    *theirs = ends[reads ? 1 : 0];
    return fcntl(*ours, F_SETFL, O_NONBLOCK);
}

static int make_pipes(process *p, child *c)
{
    if (c->l->tty)
        return make_terminal(p, c);
    if (c->l->in ? make_pipe(&p->in, &c->fds[0], false) < 0 : (c->fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
        return -1;
    return make_pipe(&p->out, &c->fds[1], true) | make_pipe(&p->err, &c->fds[2], true);
}

static void close_theirs(child *c)
{
    if (!c->l->tty) {
        close_fd(&c->fds[1]);
        close_fd(&c->fds[2]);
    }
    close_fd(&c->fds[0]);
    close_fd(&c->tell[1]);
}

static void explain(const launch *l, const report *r, char *why, size_t size)
{
    static const struct {
        int code;
        const char *words; /* Go's */
    } known[] = {{ENOENT, "no such file or directory"},
                 {EACCES, "permission denied"},
                 {ENOEXEC, "exec format error"},
                 {ENOTDIR, "not a directory"}};
    const char *words = strerrordesc_np(r->code);

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].code == r->code)
            words = known[i].words;
    if (strcmp(r->step, "PATH") == 0)
        snprintf(why, size, "exec: \"%s\": executable file not found in $PATH", l->argv[0]);
    else if (strcmp(r->step, "exec") == 0)
        snprintf(why, size, "exec: \"%s\": %s", l->argv[0], words);
    else if (strcmp(r->step, "chdir") == 0)
        snprintf(why, size, "chdir to cwd (\"%s\") set in config.json failed: %s", l->dir, words);
    else
        snprintf(why, size, "%s: %s", r->step, words);
}

/* Until the program runs, or cannot. */
static int await_reports(process *p, const child *c, char *why, size_t size)
{
    report r, failed = {0};

    while (read(c->tell[0], &r, sizeof(r)) == sizeof(r)) {
        if (r.pid)
            p->pid = r.pid;
        else
            failed = r;
    }
    if (!failed.step && p->pid)
        return 0;
    if (!failed.step)
        failed = (report){.step = "start", .code = EIO};
    explain(c->l, &failed, why, size);
    if (p->pid)
        waitpid(p->pid, NULL, 0);
    p->pid = 0;
    return -1;
}

static const char *path_of(char *const *env)
{
    for (; *env; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            return *env + 5;
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

static int start(process *p, child *c, char *why, size_t size)
{
    pid_t between;

    if (make_pipes(p, c) < 0 || pipe2(c->tell, O_CLOEXEC) < 0) {
        snprintf(why, size, "pipe: %s", strerrordesc_np(errno));
        return -1;
    }
    between = _Fork();
    if (between == 0)
        be_between(c);
    close_theirs(c);
    if (between < 0) {
        snprintf(why, size, "fork: %s", strerrordesc_np(errno));
        return -1;
    }
    waitpid(between, NULL, 0);
    return await_reports(p, c, why, size);
}

/* l->dir or, in room, where the server is; NULL when the new /tmp does not hide it. */
static const char *kept_folder(const launch *l, char room[PATH_MAX])
{
    const char *dir = l->dir ? l->dir : getcwd(room, PATH_MAX);

    return dir && strncmp(dir, "/tmp/", 5) == 0 ? dir : NULL;
}

int process_start(process *p, const launch *l, char *why, size_t size)
{
    char room[PATH_MAX];
    child c = {.l = l, .fds = {-1, -1, -1}, .tell = {-1, -1}, .path = path_of(l->env)};
    int r;

    c.kept = kept_folder(l, room);
    *p = PROCESS_NONE;
    p->plain = l->box->user < 0;
    r = start(p, &c, why, size);
    close_theirs(&c);
    close_fd(&c.tell[0]);
    if (r == 0)
        p->fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
    if (r == 0 && p->fd < 0) {
        snprintf(why, size, "pidfd_open: %s", strerrordesc_np(errno));
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
        r = -1;
    }
    if (r < 0)
        process_close(p);
    return r;
}

/* A plain one is the first of its session, and of its group. */
void process_signal(const process *p, int signal)
{
    if (p->pid > 0 && (!p->plain || kill(-p->pid, signal) < 0))
        kill(p->pid, signal);
}

int process_reap(process *p, int *ret_signal)
{
    siginfo_t info = {0};
    int r;

    do
        r = waitid(P_PIDFD, (id_t)p->fd, &info, WEXITED | WNOHANG);
    while (r < 0 && errno == EINTR);
    if (r == 0 && info.si_pid == 0)
        return -1;
    p->pid = 0;
    *ret_signal = r == 0 && info.si_code != CLD_EXITED ? info.si_status : 0;
    if (r < 0) /* somebody else took it: the program that the server is part of ignores its children */
        return 255;
    return *ret_signal ? 128 + *ret_signal : info.si_status;
}

void process_close_in(process *p)
{
    close_fd(&p->in);
}

void process_close(process *p)
{
    close_fd(&p->fd);
    close_fd(&p->in);
    close_fd(&p->out);
    close_fd(&p->err);
    p->pid = 0;
}
