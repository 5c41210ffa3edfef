/* Commands in containers: what opsdk_exec and the copies share. */
#ifndef CLIENT_EXEC_H
#define CLIENT_EXEC_H

#include "core/channel.h"

#include <opsdk/exec.h>

/* Runs argv.  0 when the server said how it ended: *ret.  Else a negative code.  io's time-outs are as in opsdk_exec_io; its read may
 * return OPSDK_EBUSY for "nothing yet, ask again soon". */
int exec_run(opsdk_client *c, opsdk_key pod, const char *const argv[], const opsdk_exec_io *io, channel_exit *ret,
             opsdk_error *err);

/* Words for a command that did not end with 0: program, exit code and the tail of what it wrote to stderr; or why it did not
 * run.  Returns OPSDK_EEXEC; err->reason is the Status's. */
int exec_failed(const char *program, const channel_exit *how, const char *err_text, size_t err_len, opsdk_error *err);

/* Puts what it wrote to stderr before the words of an error that is there. */
void exec_said(const char *program, const char *err_text, size_t err_len, opsdk_error *err);

#endif
