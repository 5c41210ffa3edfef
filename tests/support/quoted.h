/* JSON in C strings, with ' for ": easier to read. */
#ifndef SUPPORT_QUOTED_H
#define SUPPORT_QUOTED_H

#include <jansson.h>

json_t *quoted(const char *text); /* the caller's; NULL for NULL; text that is no JSON fails the test */

/* Fails the test, printing both, unless they are equal. */
void check_json(const char *what, const json_t *is, const json_t *should);

/* Runs each of the documents of a file, one after another; how many there are.  path NULL: dflt. */
size_t quoted_cases(const char *path, const char *dflt, void (*run)(const json_t *one));

#endif
