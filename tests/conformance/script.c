#include "tests/conformance/script.h"

#include "tests/conformance/tool.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    script *s;
    const char *path;
    int line;
} reader;

/* Words for PATCH with a content type. */
static const struct {
    const char *word, *method, *type;
} METHODS[] = {
    {"GET", "GET", NULL},
    {"HEAD", "HEAD", NULL},
    {"OPTIONS", "OPTIONS", NULL},
    {"POST", "POST", NULL},
    {"PUT", "PUT", NULL},
    {"PATCH", "PATCH", NULL},
    {"DELETE", "DELETE", NULL},
    {"JSONPATCH", "PATCH", "application/json-patch+json"},
    {"MERGE", "PATCH", "application/merge-patch+json"},
    {"STRATEGIC", "PATCH", "application/strategic-merge-patch+json"},
    {"APPLY", "PATCH", "application/apply-patch+yaml"},
};

__attribute__((noreturn)) static void wrong(const reader *r, const char *what)
{
    die("%s:%d: %s", r->path, r->line, what);
}

static char *word_of(char **at)
{
    char *start = *at + strspn(*at, " ");
    size_t len = strcspn(start, " ");
    char *word = keep(strndup(start, len));

    *at = start + len + strspn(start + len, " ");
    return word;
}

static char *word_needed(const reader *r, char **at)
{
    char *word = word_of(at);

    if (!*word)
        wrong(r, "a word is missing at the end of the line");
    return word;
}

static int number_needed(const reader *r, char **at)
{
    char *word = word_needed(r, at), *end;
    long n = strtol(word, &end, 10);

    if (*end || n < 0 || n > 100000000)
        wrong(r, "this is not a number");
    free(word);
    return (int)n;
}

static step *step_add(reader *r, enum step_kind kind)
{
    script *s = r->s;
    step *st;

    s->steps = keep(realloc(s->steps, (s->n + 1) * sizeof(*s->steps)));
    st = &s->steps[s->n++];
    *st = (step){.kind = kind, .line = r->line, .n = 1, .body = BUF_INIT(TOOL_TEXT_MAX)};
    if (s->n_titles == 0)
        wrong(r, "a case must begin before this: == TITLE");
    st->title = s->titles[s->n_titles - 1];
    return st;
}

static void read_title(reader *r, char *rest)
{
    script *s = r->s;

    if (!*rest)
        wrong(r, "a case needs a title");
    s->titles = keep(realloc(s->titles, (s->n_titles + 1) * sizeof(*s->titles)));
    s->titles[s->n_titles++] = keep(strdup(rest));
}

/* METHOD PATH, after words that say how. */
static void read_request(reader *r, const char *word, char *rest, bool quiet, int repeat)
{
    for (size_t i = 0; i < sizeof(METHODS) / sizeof(*METHODS); i++) {
        step *st;

        if (strcmp(METHODS[i].word, word) != 0)
            continue;
        st = step_add(r, STEP_REQUEST);
        st->quiet = quiet;
        st->n = repeat;
        st->name = keep(strdup(METHODS[i].method));
        st->type = METHODS[i].type;
        st->path = word_needed(r, &rest);
        if (*rest)
            wrong(r, "a blank in the path; write %20");
        return;
    }
    wrong(r, "no such word");
}

static void read_prefixed(reader *r, char *word, char *rest)
{
    bool quiet = false;
    int repeat = 1;
    char *next = keep(strdup(word));

    while (strcmp(next, "quiet") == 0 || strcmp(next, "repeat") == 0) {
        if (*next == 'q')
            quiet = true;
        else
            repeat = number_needed(r, &rest);
        free(next);
        next = word_needed(r, &rest);
    }
    read_request(r, next, rest, quiet, repeat);
    free(next);
}

static void read_set(reader *r, enum step_kind kind, char *rest)
{
    step *st = step_add(r, kind);

    st->name = word_needed(r, &rest);
    if (kind == STEP_FILL)
        st->n = number_needed(r, &rest);
    st->value = keep(strdup(rest));
}

static void read_await(reader *r, char *rest)
{
    step *st = step_add(r, STEP_AWAIT);

    st->n = number_needed(r, &rest);
    st->path = word_needed(r, &rest);
    if (!*rest)
        return;
    st->pointer = word_needed(r, &rest);
    st->value = keep(strdup(rest));
}

static void read_stream(reader *r, enum step_kind kind, char *rest)
{
    step *st = step_add(r, kind);

    st->name = word_needed(r, &rest);
    if (kind == STEP_WATCH)
        st->path = word_needed(r, &rest);
    if (kind == STEP_EVENTS)
        st->n = number_needed(r, &rest);
    if (*rest)
        wrong(r, "more than belongs here");
}

static void read_save(reader *r, char *rest)
{
    step *st = r->s->n ? &r->s->steps[r->s->n - 1] : NULL;
    save *sv;

    if (!st || (st->kind != STEP_REQUEST && st->kind != STEP_EVENTS))
        wrong(r, "there is no answer to save from");
    st->saves = keep(realloc(st->saves, (st->n_saves + 1) * sizeof(*st->saves)));
    sv = &st->saves[st->n_saves++];
    sv->name = word_needed(r, &rest);
    sv->pointer = word_needed(r, &rest);
}

static void read_word(reader *r, char *line)
{
    static const struct {
        const char *word;
        enum step_kind kind;
    } streams[] = {{"watch", STEP_WATCH}, {"events", STEP_EVENTS}, {"finish", STEP_FINISH}, {"close", STEP_CLOSE}};
    char *rest = line, *word = word_of(&rest);
    bool known = false;

    for (size_t i = 0; i < sizeof(streams) / sizeof(*streams); i++) {
        if (strcmp(word, streams[i].word) != 0)
            continue;
        known = true;
        read_stream(r, streams[i].kind, rest);
    }
    if (known)
        (void)0;
    else if (strcmp(word, "==") == 0)
        read_title(r, rest);
    else if (strcmp(word, "set") == 0)
        read_set(r, STEP_SET, rest);
    else if (strcmp(word, "fill") == 0)
        read_set(r, STEP_FILL, rest);
    else if (strcmp(word, "await") == 0)
        read_await(r, rest);
    else if (strcmp(word, "save") == 0)
        read_save(r, rest);
    else if (strcmp(word, "sleep") == 0)
        step_add(r, STEP_SLEEP)->n = number_needed(r, &rest);
    else if (strcmp(word, "compact") == 0)
        step_add(r, STEP_COMPACT);
    else
        read_prefixed(r, word, rest);
    free(word);
}

static step *asking(const reader *r)
{
    step *st = r->s->n ? &r->s->steps[r->s->n - 1] : NULL;

    if (!st || (st->kind != STEP_REQUEST && st->kind != STEP_WATCH))
        wrong(r, "there is no request that this could belong to");
    return st;
}

static void read_header(reader *r, const char *line)
{
    step *st = asking(r);

    if (strcmp(line, "As: anonymous") == 0) {
        st->anonymous = true;
        return;
    }
    st->headers = keep(realloc(st->headers, (st->n_headers + 1) * sizeof(*st->headers)));
    st->headers[st->n_headers++] = keep(strdup(line));
}

static void read_body(reader *r, const char *line, bool raw)
{
    step *st = asking(r);

    if (st->body.len > 0 && raw != st->raw)
        wrong(r, "a body is either indented or has a | before each line");
    if (st->body.len > 0)
        buf_addc(&st->body, '\n');
    st->raw = raw;
    buf_puts(&st->body, line);
}

static bool is_header(const char *line)
{
    size_t len = strcspn(line, ": ");

    return isupper((unsigned char)*line) && line[len] == ':';
}

static void read_line(reader *r, char *line)
{
    if (strstr(line, "${ns}"))
        r->s->uses_ns = true;
    if (strspn(line, " ") == strlen(line) || *line == '#')
        return;
    if (strncmp(line, "  ", 2) == 0)
        read_body(r, line + 2, false);
    else if (*line == '|')
        read_body(r, line + 1, true);
    else if (*line == ' ')
        wrong(r, "a body is indented by two blanks");
    else if (is_header(line))
        read_header(r, line);
    else
        read_word(r, line);
}

static char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;

    return keep(strndup(base, strcspn(base, ".")));
}

script *script_read(const char *path)
{
    script *s = keep(calloc(1, sizeof(*s)));
    reader r = {.s = s, .path = path};
    char *at;

    s->name = name_of(path);
    s->text = file_read(path);
    for (at = s->text; *at;) {
        char *end = at + strcspn(at, "\n");
        bool last = *end == '\0';

        r.line++;
        *end = '\0';
        read_line(&r, at);
        at = last ? end : end + 1;
    }
    return s;
}

static void step_clear(step *st)
{
    free(st->name);
    free(st->path);
    free(st->value);
    free(st->pointer);
    for (size_t i = 0; i < st->n_headers; i++)
        free(st->headers[i]);
    free(st->headers);
    for (size_t i = 0; i < st->n_saves; i++) {
        free(st->saves[i].name);
        free(st->saves[i].pointer);
    }
    free(st->saves);
    buf_clear(&st->body);
}

script *script_free(script *s)
{
    if (!s)
        return NULL;
    for (size_t i = 0; i < s->n; i++)
        step_clear(&s->steps[i]);
    for (size_t i = 0; i < s->n_titles; i++)
        free(s->titles[i]);
    free(s->steps);
    free(s->titles);
    free(s->name);
    free(s->text);
    free(s);
    return NULL;
}
