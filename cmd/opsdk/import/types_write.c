#include "types_write.h"

#include "../generate/names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 110

/* A word of a description, so that it neither ends the comment nor is a marker. */
static void write_word(FILE *to, const char *word, size_t len)
{
    if (len > 1 && *word == '+' && isalpha((unsigned char)word[1]))
        word++, len--;
    for (size_t i = 0; i < len; i++) {
        bool ends = i > 0 && word[i] == '/' && word[i - 1] == '*';
        bool opens = i > 0 && word[i] == '*' && word[i - 1] == '/';
        if (ends || opens)
            fputc(' ', to);
        fputc((unsigned char)word[i] < 0x20 ? ' ' : word[i], to);
    }
}

static void write_line(FILE *to, const char *indent, const char *line, size_t len)
{
    size_t column = 0;

    while (len > 0) {
        size_t gap = strspn(line, " "), word;
        gap = gap < len ? gap : len;
        line += gap, len -= gap;
        for (word = 0; word < len && line[word] != ' '; word++)
            continue;
        if (column > 0 && column + word > WIDTH) {
            fprintf(to, "\n%s *", indent);
            column = 0;
        }
        fputc(' ', to);
        write_word(to, line, word);
        column += word + 1;
        line += word, len -= word;
    }
}

/* Paragraphs keep their lines. */
static void write_words(FILE *to, const char *indent, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        write_line(to, indent, text, n);
        text += n;
        if (*text && *++text)
            fprintf(to, "\n%s *", indent);
    }
}

/* A name that the marker takes as it is, else in quotes. */
static void write_name(FILE *to, const char *name)
{
    json_t *string = json_string(name);
    char *quoted = json_dumps(string, JSON_ENCODE_ANY | JSON_ESCAPE_SLASH);
    bool is_plain = *name && !strpbrk(name, "\"'`*/\\\n\r\t") && name[0] != ' ' && name[strlen(name) - 1] != ' ';

    fprintf(to, " +opsdk:name=%s", is_plain ? name : quoted ? quoted : "");
    free(quoted);
    json_decref(string);
}

static void write_type(FILE *to, const type *t)
{
    static const char *const templates[] = {[OPSDK_SHAPE_OPTIONAL] = "OPSDK_OPTIONAL",
                                            [OPSDK_SHAPE_LIST] = "OPSDK_LIST_OF",
                                            [OPSDK_SHAPE_MAP] = "OPSDK_MAP_OF"};

    if (t->c) {
        fputs(t->c, to);
        return;
    }
    fprintf(to, "%s(", templates[t->shape]);
    write_type(to, t->of);
    fputc(')', to);
}

static void write_field(FILE *to, const field *f)
{
    auto_pool *mem = pool_new();
    bool has_name = strcmp(names_json(mem, f->c_name), f->name) != 0, has_doc = f->doc && f->doc[strspn(f->doc, " \n")];

    if (has_doc || has_name) {
        fputs("    /*", to);
        if (has_doc)
            write_words(to, "    ", f->doc);
        fputs(has_doc && has_name ? "\n     *" : "", to);
        if (has_name)
            write_name(to, f->name);
        fputs(" */\n", to);
    }
    fputs("    ", to);
    write_type(to, f->type);
    /* A star stands at the name. */
    fprintf(to, "%s%s;\n", f->type->c && f->type->c[strlen(f->type->c) - 1] == '*' ? "" : " ", f->c_name);
}

static void write_record(FILE *to, const unit *u, const record *r)
{
    const kind *k = u->kinds[0];

    fputc('\n', to);
    if (r == k->record) {
        fputs("/*", to);
        if (r->doc)
            write_words(to, "", r->doc);
        fprintf(to, "%s +opsdk:kind=%s\n * +opsdk:resource:path=%s%s */\n", r->doc ? "\n *" : "", k->kind, k->plural,
                k->cluster_scoped ? ",scope=Cluster" : "");
    }
    fprintf(to, "typedef struct %s {\n", r->c_name);
    for (size_t i = 0; i < r->n_fields; i++)
        write_field(to, &r->fields[i]);
    fprintf(to, "} %s;\n", r->c_name);
}

void types_write(FILE *to, const unit *u)
{
    fprintf(to,
            "/* +opsdk:groupName=%s\n * +opsdk:versionName=%s\n * +opsdk:skip */\n#pragma once\n\n#include <opsdk.h>\n",
            u->group, u->version);
    for (size_t i = 0; i < u->n_records; i++)
        write_record(to, u, u->records[i]);
}
