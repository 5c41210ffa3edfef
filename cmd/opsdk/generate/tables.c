#include "tables.h"

#include <string.h>

/* The static tables get numbers: names made of the author's could meet. */
typedef struct writer {
    FILE *to;
    int n;
} writer;

static const char *base_of(const char *path)
{
    return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/* "../v1/types.h" -> "../v1/types_gen.h" */
static void include_gen(FILE *to, const char *types)
{
    fprintf(to, "#include \"%.*s_gen.h\"\n", (int)(strlen(types) - 2), types);
}

void tables_header(FILE *to, const unit *u)
{
    fprintf(to, "#pragma once\n\n#include \"%s\"\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n", base_of(u->path));
    if (u->n_kinds > 0)
        fputs("/* The kind; and the whole resource, its metadata aside. */\n", to);
    for (size_t i = 0; i < u->n_kinds; i++)
        fprintf(to, "extern const opsdk_kind %s;\nOPSDK_TYPED_OBJECT(%s)\n", u->kinds[i]->constant,
                u->kinds[i]->record->c_name);
    fputs("\n/* NAME_decode, _encode, _clear, _copy and _equal; see opsdk/schema.h. */\n", to);
    for (size_t i = 0; i < u->n_records; i++) {
        bool is_kind = false;
        for (size_t k = 0; k < u->n_kinds; k++)
            is_kind = is_kind || u->kinds[k]->record == u->records[i];
        if (!is_kind)
            fprintf(to, "OPSDK_TYPED(%s)\n", u->records[i]->c_name);
    }
    fputs("\n#ifdef __cplusplus\n}\n#endif\n", to);
}

static const char *basic_table(enum opsdk_shape shape)
{
    static const char *const names[] = {"BOOL", "INT32", "INT64", "DOUBLE", "STRING", "INT_OR_STRING", "JSON"};

    return names[shape];
}

/* Writes the tables that a type needs, the innermost first, and the name of its own into name.  x is an expression of the type. */
static void write_type(writer *w, pool *p, const type *t, const char *x, char name[300])
{
    static const char *const macros[] = {
        [OPSDK_SHAPE_OPTIONAL] = "OPTIONAL", [OPSDK_SHAPE_LIST] = "LIST", [OPSDK_SHAPE_MAP] = "MAP"};
    char inner[300];
    const char *below;

    if (t->shape == OPSDK_SHAPE_STRUCT) {
        snprintf(name, 300, "%s", t->record->table);
        return;
    }
    if (t->shape < OPSDK_SHAPE_STRUCT) {
        snprintf(name, 300, "OPSDK_SCHEMA_%s", basic_table(t->shape));
        return;
    }
    below = t->shape == OPSDK_SHAPE_OPTIONAL ? ".value"
            : t->shape == OPSDK_SHAPE_LIST   ? ".items[0]"
                                             : ".items[0].value";
    write_type(w, p, t->of, pool_format(p, "%s%s", x, below), inner);
    snprintf(name, 300, "table_%d", w->n++);
    fprintf(w->to, "static const opsdk_schema %s = OPSDK_TABLE_%s(%s, &%s);\n", name, macros[t->shape], x, inner);
}

static void write_c_string(FILE *to, const char *text)
{
    fputc('"', to);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        fprintf(to, *c < 0x20 || *c >= 0x7f || *c == '?' ? "\\%03o" : strchr("\"\\", *c) ? "\\%c" : "%c", *c);
    fputc('"', to);
}

static void write_record(writer *w, const record *r)
{
    auto_pool *p = pool_new();
    char(*names)[300] = pool_alloc(p, (r->n_fields + 1) * sizeof(*names));

    fputc('\n', w->to);
    for (size_t i = 0; i < r->n_fields; i++)
        write_type(w, p, r->fields[i].type, pool_format(p, "MEMBER(%s, %s)", r->c_name, r->fields[i].c_name), names[i]);
    fprintf(w->to, "static const opsdk_field fields_%d[] = {\n", w->n);
    for (size_t i = 0; i < r->n_fields; i++) {
        fputs("    {", w->to);
        write_c_string(w->to, r->fields[i].name);
        fprintf(w->to, ", &%s, offsetof(%s, %s)},\n", names[i], r->c_name, r->fields[i].c_name);
    }
    fprintf(w->to, "    {0},\n};\nconst opsdk_schema %s = OPSDK_TABLE_STRUCT(%s, fields_%d);\n", r->table, r->c_name,
            w->n++);
}

void tables_source(FILE *to, const unit *u)
{
    writer w = {to, 0};

    include_gen(to, base_of(u->path));
    for (size_t i = 0; i < u->n_includes; i++) {
        if (!u->includes[i].unit->is_meta)
            include_gen(to, u->includes[i].as);
    }
    fputs("\n#define MEMBER(T, f) (((T *)0)->f)\n", to);
    for (size_t i = 0; i < u->n_kinds; i++)
        fprintf(to, "%sconst opsdk_kind %s = {\"%s/%s\", \"%s\", \"%s\", %s};\n", i == 0 ? "\n" : "",
                u->kinds[i]->constant, u->group, u->version, u->kinds[i]->kind, u->kinds[i]->plural,
                u->kinds[i]->cluster_scoped ? "true" : "false");
    for (size_t i = 0; i < u->n_records; i++)
        write_record(&w, u->records[i]);
}
