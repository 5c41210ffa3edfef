/* conformance play: plays scripts against a server.  conformance compare: compares what two servers answered. */
#include "tests/conformance/compare.h"
#include "tests/conformance/generate.h"
#include "tests/conformance/normal.h"
#include "tests/conformance/play.h"
#include "tests/conformance/tool.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] = "conformance play --url URL [--ca FILE] [--cert FILE --key FILE] [--id WORD] [--compact "
                            "COMMAND] --out DIR SCRIPT...\n"
                            "conformance compare --meant FILE [--table FILE] LEFT-DIR RIGHT-DIR SCRIPT...\n"
                            "conformance generate SEED NAME SHAPES\n";

typedef struct options {
    wire_opts wire;
    play_opts play;
    const char *out, *meant, *table;
} options;

static int usage(void)
{
    fputs(USAGE, stderr);
    return 2;
}

/* The index of the first word that is no option, or -1. */
static int options_read(options *o, int argc, char **argv)
{
    static const struct option names[] = {{"url", 1, NULL, 'u'}, {"ca", 1, NULL, 'a'},    {"cert", 1, NULL, 'c'},
                                          {"key", 1, NULL, 'k'}, {"id", 1, NULL, 'i'},    {"compact", 1, NULL, 'm'},
                                          {"out", 1, NULL, 'o'}, {"meant", 1, NULL, 'M'}, {"table", 1, NULL, 'T'},
                                          {NULL, 0, NULL, 0}};
    int word;

    while ((word = getopt_long(argc, argv, "", names, NULL)) != -1) {
        const char **where = word == 'u'   ? &o->wire.url
                             : word == 'a' ? &o->wire.ca
                             : word == 'c' ? &o->wire.cert
                             : word == 'k' ? &o->wire.key
                             : word == 'i' ? &o->play.id
                             : word == 'm' ? &o->play.compact
                             : word == 'o' ? &o->out
                             : word == 'M' ? &o->meant
                             : word == 'T' ? &o->table
                                           : NULL;

        if (!where)
            return -1;
        *where = optarg;
    }
    return optind;
}

/* One record a line, so that a change of one answer is a change of one line. */
static void write_records(const char *dir, const char *name, const json_t *records)
{
    auto_buf text = BUF_INIT(TOOL_TEXT_MAX), path = BUF_INIT(4096);
    json_t *record;
    size_t i;

    buf_printf(&path, "%s/%s.jsonl", dir, name);
    json_array_foreach((json_t *)records, i, record)
    {
        char *line = keep(json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT));

        buf_puts(&text, line);
        buf_addc(&text, '\n');
        free(line);
    }
    if (text.failed || path.failed)
        die("a transcript that is too large");
    file_write(path.data, text.data ? text.data : "", text.len);
}

static json_t *read_records(const char *dir, const char *name)
{
    auto_buf path = BUF_INIT(4096);
    json_t *records = keep(json_array());
    char *text, *at;

    buf_printf(&path, "%s/%s.jsonl", dir, name);
    text = file_read(path.data);
    for (at = text; *at;) {
        size_t len = strcspn(at, "\n");

        if (json_array_append_new(records, json_loadb(at, len, JSON_ALLOW_NUL, NULL)) < 0)
            die("%s: a line is no JSON", path.data);
        at += len + (at[len] == '\n');
    }
    free(text);
    return records;
}

static void play_one(wire *w, const options *o, const char *path)
{
    script *s = script_read(path);
    json_t *records = play(w, s, &o->play), *normal;
    char *ns = play_namespace(s, &o->play);
    normal_opts opts = {.id = o->play.id, .ns = ns};

    normal = normalise(records, &opts);
    write_records(o->out, s->name, normal);
    json_decref(normal);
    json_decref(records);
    free(ns);
    script_free(s);
}

static int main_play(options *o, int n, char **paths)
{
    wire *w;

    if (!o->wire.url || !o->out || n == 0)
        return usage();
    w = wire_new(&o->wire);
    for (int i = 0; i < n; i++)
        play_one(w, o, paths[i]);
    wire_free(w);
    return 0;
}

static char *script_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;

    return keep(strndup(base, strcspn(base, ".")));
}

/* An entry that matches nothing would hide a difference to come. */
static size_t report_unused(const meant *m, const char *file)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++) {
        if (m->entries[i].used > 0)
            continue;
        printf("%s:%d: no difference is left that this tells of; take it out\n", file, m->entries[i].line);
        n++;
    }
    return n;
}

/* A row of the table in docs/conformance.md. */
static void add_row(buf *table, const char *name, const tally *before, const tally *now)
{
    buf_printf(table, "| %s | %zu | %zu | %zu |\n", name, now->total - before->total, now->equal - before->equal,
               now->as_meant - before->as_meant);
}

static void compare_one(const char *left_dir, const char *right_dir, const char *path, meant *m, tally *t, buf *table)
{
    tally before = *t;
    char *name = script_name(path);
    json_t *left = read_records(left_dir, name), *right = read_records(right_dir, name);

    compare(name, left, right, m, t);
    add_row(table, name, &before, t);
    json_decref(left);
    json_decref(right);
    free(name);
}

static int main_compare(options *o, int n, char **words, bool all)
{
    auto_buf table = BUF_INIT(TOOL_TEXT_MAX);
    meant m = {0};
    tally t = {0};
    size_t unused;

    if (n < 3)
        return usage();
    if (o->meant)
        meant_read(&m, o->meant);
    for (int i = 2; i < n; i++)
        compare_one(words[0], words[1], words[i], &m, &t, &table);
    unused = all ? report_unused(&m, o->meant) : 0;
    meant_clear(&m);
    add_row(&table, "all", &(tally){0}, &t);
    if (o->table)
        file_write(o->table, table.data, table.len);
    printf("%zu/%zu equal, %zu differ as meant, %zu differ\n", t.equal, t.total, t.as_meant,
           t.total - t.equal - t.as_meant);
    return t.total > t.equal + t.as_meant || unused > 0;
}

static int main_generate(int n, char **words)
{
    if (n != 3)
        return usage();
    generate(strtoull(words[0], NULL, 10), words[1], words[2]);
    return 0;
}

int main(int argc, char **argv)
{
    options o = {.play = {.id = "k7x3q"}};
    int first = options_read(&o, argc, argv);

    if (first < 0 || first >= argc)
        return usage();
    if (strcmp(argv[first], "play") == 0)
        return main_play(&o, argc - first - 1, argv + first + 1);
    if (strcmp(argv[first], "compare") == 0 || strcmp(argv[first], "compare-all") == 0)
        return main_compare(&o, argc - first - 1, argv + first + 1, strcmp(argv[first], "compare-all") == 0);
    if (strcmp(argv[first], "generate") == 0)
        return main_generate(argc - first - 1, argv + first + 1);
    return usage();
}
