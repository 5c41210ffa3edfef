/* The command, run as a program. */
#ifndef SUPPORT_PROGRAM_H
#define SUPPORT_PROGRAM_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* Runs "opsdk ARGS", words as a shell splits them; its exit code. */
int opsdk(const char *args);

/* What the last run printed, standard output and error. */
extern char program_out[16384];
bool says(const char *text);

/* The command running beside the test. */
typedef struct program {
    pid_t pid;
    FILE *out; /* its standard output */
} program;

program program_start(char *const argv[]);
int program_finish(program *p); /* waits for its end; the exit code */
void program_expect(program *p, const char *line);

#endif
