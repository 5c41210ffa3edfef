#include "notes.h"

#include <string.h>

#define MARK "+opsdk:"

/* Lines of a paragraph become one, empty lines stay between paragraphs. */
static void add_doc(project *p, notes *n, const char *line, size_t len)
{
    size_t have = n->doc ? strlen(n->doc) : 0;
    bool opens = have == 0 || n->doc[have - 1] == '\n';

    if (len == 0 && have > 0 && !opens)
        n->doc = pool_format(p->pool, "%s\n\n", n->doc);
    else if (len > 0)
        n->doc = pool_format(p->pool, "%s%s%.*s", have ? n->doc : "", opens ? "" : " ", (int)len, line);
}

static void add_line(project *p, const char *file, notes *n, const char *line, size_t len, int number)
{
    if (len >= strlen(MARK) && memcmp(line, MARK, strlen(MARK)) == 0) {
        *pool_add(p->pool, n->markers, n->n_markers) =
            (note){.text = pool_text(p->pool, line + strlen(MARK), len - strlen(MARK)), .line = number};
        return;
    }
    if (len > 13 && memcmp(line, "+kubebuilder:", 13) == 0)
        problem(p, file, number, "markers begin with +opsdk: here, not with +kubebuilder:");
    add_doc(p, n, line, len);
}

static const char *trim(const char *line, size_t *len)
{
    while (*len > 0 && (*line == ' ' || *line == '\t'))
        line++, (*len)--;
    while (*len > 0 && strchr(" \t\r", line[*len - 1]))
        (*len)--;
    return line;
}

void notes_add(project *p, const char *file, notes *n, const token *comment)
{
    bool is_block = comment->text[1] == '*';
    const char *text = comment->text + 2, *end = comment->text + comment->len - (is_block ? 2 : 0);
    int number = comment->line;

    for (; text <= end; number++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((stop ? stop : end) - text);
        const char *line = trim(text, &len);

        if (len > 0 && (*line == '*' || (number == comment->line && (*line == '/' || *line == '!'))))
            line++, len--;
        line = trim(line, &len);
        if (is_block && !stop && len > 0 && line[len - 1] == '*') /* "**" and "/" */
            len--, line = trim(line, &len);
        add_line(p, file, n, line, len, number);
        text = stop ? stop + 1 : end + 1;
    }
    n->last_line = comment->last_line;
}
