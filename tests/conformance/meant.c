#include "tests/conformance/meant.h"

#include "tests/conformance/tool.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* What stands before the next bar, without blanks at its ends. */
static char *part_of(char **at)
{
    char *start = *at + strspn(*at, " "), *bar = strstr(start, " | ");
    size_t len = bar ? (size_t)(bar - start) : strlen(start);

    *at = start + len + (bar ? 3 : 0);
    while (len > 0 && start[len - 1] == ' ')
        len--;
    return keep(strndup(start, len));
}

static void read_line(meant *m, const char *path, int line, char *text)
{
    meant_entry *e;

    if (*text == '#' || *text == ' ' || *text == '\0')
        return;
    m->entries = keep(realloc(m->entries, (m->n + 1) * sizeof(*m->entries)));
    e = &m->entries[m->n++];
    *e = (meant_entry){.line = line};
    e->script = part_of(&text);
    e->title = part_of(&text);
    e->path = part_of(&text);
    if (!*e->path)
        die("%s:%d: this needs SCRIPT | CASE | PATH", path, line);
}

void meant_read(meant *m, const char *path)
{
    char *text = file_read(path), *at = text;

    for (int line = 1; *at; line++) {
        char *end = at + strcspn(at, "\n"), *next = *end ? end + 1 : end;

        *end = '\0';
        read_line(m, path, line, at);
        at = next;
    }
    free(text);
}

void meant_clear(meant *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->entries[i].script);
        free(m->entries[i].title);
        free(m->entries[i].path);
    }
    free(m->entries);
    *m = (meant){0};
}

bool meant_match(meant *m, const char *script, const char *title, const char *path)
{
    for (size_t i = 0; i < m->n; i++) {
        meant_entry *e = &m->entries[i];

        if (fnmatch(e->script, script, 0) != 0 || fnmatch(e->title, title, 0) != 0 || fnmatch(e->path, path, 0) != 0)
            continue;
        e->used++;
        return true;
    }
    return false;
}
