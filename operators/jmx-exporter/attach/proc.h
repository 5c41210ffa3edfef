/* Parsers of what /proc shows. They open nothing. */
#ifndef ATTACH_PROC_H
#define ATTACH_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* /proc/PID/stat: the command in it may hold any byte, so reading starts after its last ')'. */
struct proc_stat {
    char state;
    uint64_t start; /* field 22 */
};

/* Returns 0, or -1 if the text is none. */
int proc_stat_parse(const char *text, size_t len, struct proc_stat *ret);

/* /proc/PID/status. */
struct proc_status {
    uid_t euid;
    gid_t egid;
    pid_t ns_pid; /* innermost; 0 on kernels before 4.1, which do not say */
    uint64_t caught;
    uint64_t ignored;
};

int proc_status_parse(const char *text, struct proc_status *ret);

/* True if SIGQUIT is handled: only then does it not end the process. */
bool proc_status_takes_quit(const struct proc_status *s);

/* The path of a line of /proc/PID/maps, or NULL. */
const char *proc_map_path(const char *line);

/* True if a line of /proc/net/tcp{,6} is a listening socket on port. */
bool proc_tcp_listens(const char *line, int port, uint64_t *ret_inode);

/* The last part of a path, without the " (deleted)" that /proc appends; ret_len is its length. */
const char *path_base(const char *path, size_t *ret_len);

/* True if path names file, perhaps deleted since. */
bool path_is(const char *path, const char *file);

#endif
