/* The templates of cmd/opsdk/templates, which stand in the command, and what is made of them. */
#ifndef NEW_TEMPLATE_H
#define NEW_TEMPLATE_H

#include <opsdk/error.h>
#include <stdbool.h>

typedef struct template
{
    const char *name; /* "main.c" */
    const char *text;
}
template;

extern const template template_table
    []; /* up to the first without name; made of the files by cmd/opsdk/templates/embed */

typedef struct template_value { /* up to the first without name */
    const char *name;
    const char *value;
} template_value;

/* Text with each {{NAME}} replaced, and without the lines that begin with {{?WORD}} unless WORD's value is "yes".  The caller's; NULL when out
 * of memory.  A name that nobody gave stays, for a test to find. */
char *template_render(const char *text, const template_value *values);
/* The same of a template, which there must be. */
char *template_of(const char *name, const template_value *values);

#endif
