/* Time, small files and changing the user: what every step needs. */
#ifndef ATTACH_BASE_H
#define ATTACH_BASE_H

#include "operators/jmx-exporter/attach/attach.h"

#define auto_fd __attribute__((cleanup(fd_close))) int
#define auto_text __attribute__((cleanup(text_free))) char *

void fd_close(int *fd);
void text_free(char **text);

/* Monotonic clock in milliseconds. */
int64_t clock_ms(void);

/* Milliseconds until the run must end; 0 when it is over or a signal asked to stop. */
int left_ms(const struct run *r);

/* Sleeps ms, or less if the run ends before. False when the run is over. */
bool nap(const struct run *r, int ms);

/* Waits until fd can be read (POLLIN) or written (POLLOUT). False when the run is over. */
bool wait_fd(const struct run *r, int fd, short events);

/* Makes SIGTERM, SIGINT and SIGHUP end the run early but in order. */
void stop_on_signals(void);

/* End the run: each writes run->result and returns -1. */
int refuse(struct run *r, const char *reason, const char *format, ...) __attribute__((format(printf, 3, 4)));
int retry(struct run *r, const char *reason, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Ends the run because a file of its directory cannot be written. */
int dir_failed(struct run *r, const char *name, int error);

/* Reads a whole file, at most max bytes (more are left out), always ends it with NUL. Returns the text or NULL. */
char *text_read(const char *path, size_t max, size_t *ret_len);

/* Puts a file of dir in place in one step: temporary file, rename. No fsync: what these files speak of does not
 * outlive the machine. mtime_ms < 0: now; gid -1: as it comes. Returns 0 or -errno. */
int file_put(int dir_fd, const char *name, const char *data, size_t len, mode_t mode, gid_t gid, int64_t mtime_ms);

/* Calls line for each line of a file, without its end; lines beyond LINE_MAX_LEN are cut. Stops when line
 * returns true. Returns 1 when stopped, 0 at the end of the file, -errno on failure. */
typedef bool line_fn(const char *line, size_t len, void *user);
int file_lines(const char *path, line_fn *line, void *user);

/* Acts as another user until user_back(). Returns 0, or -1 if this process may not. */
int user_take(uid_t uid, gid_t gid);
void user_back(void);

#endif
