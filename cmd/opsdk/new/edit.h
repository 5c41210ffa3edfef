/* Changes to sources that people have written: something is put in at one place that is found, the rest stays. */
#ifndef NEW_EDIT_H
#define NEW_EDIT_H

#include <opsdk/error.h>

/* A file that is to change; nothing is written before edit_save. */
typedef struct edit {
    const char *path; /* borrowed */
    char *text;       /* own */
} edit;

int edit_open(edit *e, const char *path, opsdk_error *err);
/* A file that is not there yet; text is consumed. */
int edit_new(edit *e, const char *path, char *text, opsdk_error *err);
/* Puts text before the place at. */
int edit_insert(edit *e, const char *at, const char *text, opsdk_error *err);
/* Where the line of a place begins. */
const char *edit_line(const edit *e, const char *at);
int edit_save(const edit *e, opsdk_error *err);
void edit_clear(edit *e);

#endif
