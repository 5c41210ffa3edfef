/* The command, run as a program. */
#ifndef SUPPORT_PROGRAM_H
#define SUPPORT_PROGRAM_H

#include <stdbool.h>

/* Runs "opsdk ARGS", words as a shell splits them; its exit code. */
int opsdk(const char *args);

/* What the last run printed, standard output and error. */
extern char program_out[16384];
bool says(const char *text);

#endif
