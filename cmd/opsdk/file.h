/* Whole files, and programs run without a shell: what several sub-commands do. */
#ifndef OPSDK_CMD_FILE_H
#define OPSDK_CMD_FILE_H

#include <opsdk/common.h>
#include <opsdk/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

/* No file that the command reads whole is larger than this. */
#define FILE_MAX (8u << 20)

/* *ret is the caller's to free, with a NUL behind its bytes; ret_len may be NULL.  OPSDK_ENOTFOUND when there is no such file. */
int file_read(const char *path, char **ret, size_t *ret_len, opsdk_error *err) OPSDK_MUST_CHECK;
/* All or nothing: written aside, then renamed.  Makes missing folders. */
int file_write(const char *path, const char *text, size_t len, mode_t mode, opsdk_error *err) OPSDK_MUST_CHECK;
/* The folders above path that are missing. */
int file_parents(const char *path, opsdk_error *err) OPSDK_MUST_CHECK;
bool file_exists(const char *path);
/* Removes a folder and all that is in it, without following links. */
void file_remove_tree(const char *path);

/* Runs a program, found in PATH, in dir (NULL: here), and waits for it.  OPSDK_EEXEC when it fails, OPSDK_ENOTFOUND when there is none. */
int file_run(const char *const argv[], const char *dir, opsdk_error *err) OPSDK_MUST_CHECK;
/* The same, and *ret, the caller's to free, is what it printed; at most FILE_MAX. */
int file_run_read(const char *const argv[], char **ret, opsdk_error *err) OPSDK_MUST_CHECK;
/* And with text on its standard input. */
int file_run_ask(const char *const argv[], const char *text, char **ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* asprintf that ends in NULL when out of memory. */
char *file_format(const char *fmt, ...) OPSDK_PRINTF(1, 2);

static inline void file_free(void *p)
{
    free(*(void **)p);
}
static inline void file_close(FILE **f)
{
    if (*f)
        fclose(*f);
}
#define auto_free __attribute__((cleanup(file_free)))
#define auto_close __attribute__((cleanup(file_close)))

#endif
