/* A container for copies: a folder of this machine, with the programs that its image has, behind a wsserver. */
#ifndef SUPPORT_CONTAINER_H
#define SUPPORT_CONTAINER_H

#include "tests/support/wsserver.h"

#include <sys/types.h>

#define BOX_ALL "sh cat mkdir chmod mv rm head wc tar ln"
#define BOX_NO_TAR "sh cat mkdir chmod mv rm head wc ln"
#define BOX_BARE "sh cat mkdir chmod mv rm"
#define BOX_NO_SHELL "tar mkdir mv"

extern char container_base[64]; /* everything of a test is below it, and gone with box_stop */
extern wsserver *container_server;
extern opsdk_client *container_client;

/* tools: names, with a space between. */
void box_start(const char *tools, wsserver_opts opts);
void box_stop(void);

/* The path of something below the folder; good for the next few calls. */
const char *box_at(const char *fmt, ...) OPSDK_PRINTF(1, 2);
/* Runs a program of this machine; its exit code. */
int box_program(const char *const argv[]);
void box_write(const char *path, const void *data, size_t len, mode_t mode);
/* Of files or folders, links as links. */
bool box_same(const char *a, const char *b);
unsigned box_mode(const char *path); /* 0: not there */
bool box_exists(const char *path);
/* Entries of a folder, hidden ones too. */
int box_count(const char *path);

#endif
