#include "parse.h"

#include "lex.h"
#include "marker.h"
#include "names.h"
#include "notes.h"

#include <string.h>

#define DEPTH 32 /* of types in types */

typedef struct parser {
    project *project;
    unit *unit;
    lex lex;
    token now;
    int last_line; /* of the token before */
    notes before;  /* of the comments right before now */
    bool failed;
} parser;

static bool fail(parser *p, int line, const char *what, const token *t)
{
    if (!p->failed)
        problem(p->project, p->unit->path, line, "%s%s%.*s%s", what, t ? " \"" : "", t ? (int)t->len : 0,
                t ? t->text : "", t ? "\"" : "");
    p->failed = true;
    return false;
}

/* A comment that belongs to no declaration has markers of the file, or none. */
static void drop_notes(parser *p)
{
    marker_file(p->project, p->unit->path, p->unit, &p->before);
    marker_rest(p->project, p->unit->path, &p->before);
    p->before = (notes){0};
}

/* Goes to the next token, gathering comments; those on the line of the token before are that one's and go to *behind, if it is there. */
static void advance(parser *p, notes *behind)
{
    bool first = true;

    p->last_line = p->now.last_line;
    for (;;) {
        p->now = lex_next(&p->lex);
        if (p->now.type != LEX_COMMENT && p->now.type != LEX_DIRECTIVE)
            break;
        if (p->now.type == LEX_COMMENT && behind && first && p->now.line == p->last_line) {
            notes_add(p->project, p->unit->path, behind, &p->now);
            p->last_line = p->now.last_line;
            continue;
        }
        first = false;
        if (p->before.last_line && (p->now.type == LEX_DIRECTIVE || p->now.line > p->before.last_line + 1))
            drop_notes(p);
        if (p->now.type == LEX_COMMENT)
            notes_add(p->project, p->unit->path, &p->before, &p->now);
        else if (p->now.len > 3 && strncmp(p->now.text, "#if", 3) == 0 && strncmp(p->now.text, "#ifndef", 7) != 0)
            fail(p, p->now.line, "conditions are not read: whether this is there depends on the compiler", NULL);
    }
    if (p->before.last_line && p->now.line > p->before.last_line + 1)
        drop_notes(p);
    if (p->now.type == LEX_BROKEN)
        fail(p, p->now.line, "a comment or a text without end", NULL);
}

static notes take_notes(parser *p)
{
    notes n = p->before;

    p->before = (notes){0};
    return n;
}

static bool is(const parser *p, const char *word)
{
    return !p->failed && token_is(&p->now, word);
}

static bool take(parser *p, const char *word)
{
    if (!is(p, word))
        return false;
    advance(p, NULL);
    return true;
}

static bool need(parser *p, const char *word)
{
    return take(p, word) || fail(p, p->now.line, pool_format(p->project->pool, "expected %s before", word), &p->now);
}

/* ---- names ---- */

record *unit_record(const unit *u, const char *name, size_t len)
{
    record *found = NULL;

    for (size_t i = 0; i < u->n_records && !found; i++) {
        if (strlen(u->records[i]->c_name) == len && memcmp(u->records[i]->c_name, name, len) == 0)
            found = u->records[i];
    }
    for (size_t i = 0; i < u->n_includes && !found; i++)
        found = unit_record(u->includes[i].unit, name, len);
    return found;
}

static const type *find_alias(const unit *u, const token *name)
{
    const type *found = NULL;

    for (size_t i = 0; i < u->n_aliases && !found; i++) {
        if (token_is(name, u->aliases[i]->name))
            found = &u->aliases[i]->type;
    }
    for (size_t i = 0; i < u->n_includes && !found; i++)
        found = find_alias(u->includes[i].unit, name);
    return found;
}

static const type *find_basic(project *p, const token *name)
{
    static const struct {
        const char *c;
        enum opsdk_shape shape;
        const char *facts;
    } known[] = {
        {"bool", OPSDK_SHAPE_BOOL, NULL},
        {"int32_t", OPSDK_SHAPE_INT32, NULL},
        {"int64_t", OPSDK_SHAPE_INT64, NULL},
        {"double", OPSDK_SHAPE_DOUBLE, NULL},
        {"opsdk_int_or_string", OPSDK_SHAPE_INT_OR_STRING, NULL},
        {"opsdk_time", OPSDK_SHAPE_STRING, "{\"format\":\"date-time\"}"},
        {"opsdk_quantity", OPSDK_SHAPE_INT_OR_STRING,
         "{\"pattern\":\"^[+-]?([0-9]+(\\\\.[0-9]*)?|\\\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$\"}"},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        type *t;
        if (!token_is(name, known[i].c))
            continue;
        t = pool_alloc(p->pool, sizeof(*t));
        *t = (type){.shape = known[i].shape, .c = known[i].c};
        if (known[i].facts)
            t->facts = pool_json(p->pool, json_loads(known[i].facts, 0, NULL));
        return t;
    }
    return NULL;
}

/* ---- types ---- */

static const type *parse_type(parser *p, int depth);

static const type *parse_template(parser *p, enum opsdk_shape shape, int depth)
{
    type *t = pool_alloc(p->project->pool, sizeof(*t));
    int line = p->now.line;

    *t = (type){.shape = shape};
    advance(p, NULL);
    if (!need(p, "("))
        return NULL;
    t->of = parse_type(p, depth + 1);
    if (!t->of || !need(p, ")"))
        return NULL;
    if (shape == OPSDK_SHAPE_OPTIONAL && !type_is_plain(t->of)) {
        fail(p, line, "OPSDK_OPTIONAL of a type that can be absent already: leave it away", NULL);
        return NULL;
    }
    return t;
}

/* const char *, and json_t * */
static const type *parse_pointer(parser *p, enum opsdk_shape shape, const char *c)
{
    type *t = pool_alloc(p->project->pool, sizeof(*t));

    *t = (type){.shape = shape, .c = c};
    advance(p, NULL);
    return need(p, "*") ? t : NULL;
}

static const type *unknown_type(parser *p)
{
    static const struct {
        const char *word, *why;
    } hints[] = {
        {"int", "write int32_t or int64_t, which say how large it is, not"},
        {"long", "write int64_t, not"},
        {"short", "write int32_t, not"},
        {"unsigned", "Kubernetes has signed numbers only: write int64_t, not"},
        {"size_t", "write int64_t, not"},
        {"uint32_t", "Kubernetes has signed numbers only: write int64_t, not"},
        {"uint64_t", "Kubernetes has signed numbers only: write int64_t, not"},
        {"float", "write double, not"},
        {"char", "write const char *, not"},
        {"struct", "give the struct a typedef of its own and use its name, not"},
        {"union", "a union has no table: write json_t *, or several OPSDK_OPTIONAL, not"},
        {"enum", "write const char * with +opsdk:validation:Enum, not"},
        {"void", "a field needs a type, not"},
    };
    const char *why = "this type is not known here:";

    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (is(p, hints[i].word))
            why = hints[i].why;
    }
    fail(p, p->now.line, why, &p->now);
    return NULL;
}

static const type *parse_named(parser *p)
{
    const type *t = find_basic(p->project, &p->now);
    const record *r;
    type *made;

    if (!t && p->now.type == LEX_WORD)
        t = find_alias(p->unit, &p->now);
    if (t) {
        advance(p, NULL);
        return t;
    }
    r = p->now.type == LEX_WORD ? unit_record(p->unit, p->now.text, p->now.len) : NULL;
    if (!r)
        return unknown_type(p);
    advance(p, NULL);
    made = pool_alloc(p->project->pool, sizeof(*made));
    *made = (type){.shape = OPSDK_SHAPE_STRUCT, .record = r, .c = r->c_name};
    return made;
}

static const type *parse_type(parser *p, int depth)
{
    if (depth > DEPTH) {
        fail(p, p->now.line, "types in types, too many", NULL);
        return NULL;
    }
    if (is(p, "OPSDK_OPTIONAL"))
        return parse_template(p, OPSDK_SHAPE_OPTIONAL, depth);
    if (is(p, "OPSDK_LIST_OF"))
        return parse_template(p, OPSDK_SHAPE_LIST, depth);
    if (is(p, "OPSDK_MAP_OF"))
        return parse_template(p, OPSDK_SHAPE_MAP, depth);
    if (is(p, "json_t"))
        return parse_pointer(p, OPSDK_SHAPE_JSON, "json_t *");
    if (!take(p, "const"))
        return parse_named(p);
    if (is(p, "char"))
        return parse_pointer(p, OPSDK_SHAPE_STRING, "const char *");
    fail(p, p->now.line, "after const only char * is read, not", &p->now);
    return NULL;
}

/* ---- declarations ---- */

/* The name that is declared, and what ends the declaration; the comment behind it joins n. */
static const char *parse_name(parser *p, notes *n)
{
    token name = p->now;

    if (name.type != LEX_WORD) {
        fail(p, name.line,
             token_is(&name, "*") ? "pointers are not read: write OPSDK_OPTIONAL or OPSDK_LIST_OF, not"
                                  : "expected a name before",
             &name);
        return NULL;
    }
    advance(p, NULL);
    if (is(p, "[")) {
        fail(p, name.line, "arrays of fixed size are not read: write OPSDK_LIST_OF for", &name);
        return NULL;
    }
    if (is(p, ",") || is(p, ":")) {
        fail(p, name.line,
             is(p, ",") ? "one declaration per field, please: split that of" : "bit fields are not read:", &name);
        return NULL;
    }
    if (!is(p, ";")) {
        fail(p, p->now.line, "expected ; before", &p->now);
        return NULL;
    }
    advance(p, n);
    return p->failed ? NULL : pool_text(p->project->pool, name.text, name.len);
}

static void check_field(parser *p, const record *r, const field *f)
{
    for (const field *other = r->fields; other < f; other++) {
        if (strcmp(other->name, f->name) == 0)
            problem(p->project, p->unit->path, f->line, "%s: the JSON name %s is that of %s already", f->c_name,
                    f->name, other->c_name);
    }
    if (names_is_keyword(f->c_name))
        problem(p->project, p->unit->path, f->line,
                "%s is a word of C, C++ or their headers: call it %s_, its JSON name stays %s", f->c_name, f->c_name,
                f->name);
}

static const char *doc_of(const notes *n)
{
    size_t len = n->doc ? strlen(n->doc) : 0;

    while (len > 0 && n->doc[len - 1] == '\n')
        n->doc[--len] = '\0';
    return len > 0 ? n->doc : NULL;
}

static bool parse_field(parser *p, record *r)
{
    notes n = take_notes(p);
    int line = p->now.line;
    const type *t = parse_type(p, 0);
    const char *name = t ? parse_name(p, &n) : NULL;
    field *f;

    if (!name)
        return false;
    f = pool_add(p->project->pool, r->fields, r->n_fields);
    *f = (field){.c_name = name, .name = names_json(p->project->pool, name), .type = t, .line = line};
    f->doc = doc_of(&n);
    marker_file(p->project, p->unit->path, p->unit, &n);
    marker_field(p->project, p->unit->path, f, &n);
    marker_rest(p->project, p->unit->path, &n);
    check_field(p, r, f);
    return true;
}

static bool is_taken(const parser *p, const char *name)
{
    token t = {LEX_WORD, name, strlen(name), 0, 0};

    return unit_record(p->unit, name, strlen(name)) || find_alias(p->unit, &t) || find_basic(p->project, &t);
}

/* Behind "typedef struct". */
static bool parse_struct(parser *p, notes *n, int line)
{
    record *r = pool_alloc(p->project->pool, sizeof(*r));
    const char *file = p->unit->path;
    kind *k;

    r->line = line;
    if (p->now.type == LEX_WORD)
        advance(p, NULL);
    if (!is(p, "{"))
        return fail(p, p->now.line, "expected { before", &p->now);
    advance(p, n);
    while (!p->failed && !is(p, "}")) {
        if (!parse_field(p, r))
            return false;
    }
    if (p->before.last_line)
        drop_notes(p);
    if (!need(p, "}"))
        return false;
    if (r->n_fields == 0)
        return fail(p, line, "a struct needs fields; a map of anything is json_t *", NULL);
    r->c_name = parse_name(p, n);
    if (!r->c_name)
        return false;
    if (is_taken(p, r->c_name) || names_is_keyword(r->c_name))
        return fail(p, line,
                    names_is_keyword(r->c_name) ? "the struct has the name of a word of C, C++ or their headers"
                                                : "there is a type of this name already",
                    NULL);
    r->doc = doc_of(n);
    r->table = p->unit->is_meta
                   ? pool_format(p->project->pool, "OPSDK_SCHEMA_%s", names_upper(p->project->pool, r->c_name + 6))
                   : pool_format(p->project->pool, "%s_schema", r->c_name);
    marker_file(p->project, file, p->unit, n);
    marker_record(p->project, file, r, n, &k);
    marker_rest(p->project, file, n);
    *pool_add(p->project->pool, p->unit->records, p->unit->n_records) = r;
    if (k)
        *pool_add(p->project->pool, p->unit->kinds, p->unit->n_kinds) = k;
    return true;
}

static bool parse_alias(parser *p, notes *n, int line)
{
    const type *of = parse_type(p, 0);
    const char *name = of ? parse_name(p, n) : NULL;
    alias *a;

    if (!name)
        return false;
    if (is_taken(p, name))
        return fail(p, line, "there is a type of this name already", NULL);
    a = pool_alloc(p->project->pool, sizeof(*a));
    *a = (alias){name, *of};
    a->type.c = name;
    a->type.doc = doc_of(n);
    a->type.facts = of->facts ? pool_json(p->project->pool, json_deep_copy(of->facts)) : NULL;
    marker_file(p->project, p->unit->path, p->unit, n);
    marker_alias(p->project, p->unit->path, &a->type, n);
    marker_rest(p->project, p->unit->path, n);
    *pool_add(p->project->pool, p->unit->aliases, p->unit->n_aliases) = a;
    return true;
}

static bool parse_declaration(parser *p)
{
    notes n = take_notes(p);
    int line = p->now.line;

    if (!take(p, "typedef"))
        return fail(p, line, "only typedef of structs and of types is read here, not", &p->now);
    if (take(p, "struct"))
        return parse_struct(p, &n, line);
    return parse_alias(p, &n, line);
}

/* What meta.h has besides types is for the compiler. */
static bool skip_meta(parser *p)
{
    if (take(p, "OPSDK_BEGIN") || take(p, "OPSDK_END"))
        return true;
    if (!p->unit->is_meta || !take(p, "extern"))
        return false;
    while (p->now.type != LEX_END && !take(p, ";"))
        advance(p, NULL);
    return true;
}

void parse_types(project *all, unit *u, const char *text, size_t len)
{
    parser p = {.project = all, .unit = u, .lex = lex_start(text, len)};
    json_t *check = json_stringn(text, len);

    if (!check || memchr(text, '\0', len)) {
        json_decref(check);
        problem(all, u->path, 1, "is not UTF-8");
        return;
    }
    json_decref(check);
    advance(&p, NULL);
    while (!p.failed && p.now.type != LEX_END) {
        if (!skip_meta(&p) && !parse_declaration(&p))
            return;
    }
    if (!p.failed)
        drop_notes(&p);
}

char *parse_include(project *p, const char *text, size_t len, size_t *at)
{
    lex l = lex_start(text + *at, len - *at);

    for (token t = lex_next(&l); t.type != LEX_END && t.type != LEX_BROKEN; t = lex_next(&l)) {
        const char *from = memchr(t.text, '"', t.len), *to;
        if (t.type != LEX_DIRECTIVE || t.len < 8 || strncmp(t.text, "#include", 8) != 0 || !from)
            continue;
        to = memchr(from + 1, '"', (size_t)(t.text + t.len - from - 1));
        if (!to)
            continue;
        *at = (size_t)(l.at - text);
        return pool_text(p->pool, from + 1, (size_t)(to - from - 1));
    }
    return NULL;
}

unit *parse_meta(project *p)
{
    static const char *const lines[] = {
#include "meta.inc"
        NULL};
    unit *u = pool_alloc(p->pool, sizeof(*u));
    size_t len = 0, at = 0;
    char *text;

    for (const char *const *line = lines; *line; line++)
        len += strlen(*line);
    text = pool_alloc(p->pool, len + 1);
    for (const char *const *line = lines; *line; line++) {
        memcpy(text + at, *line, strlen(*line));
        at += strlen(*line);
    }
    u->path = u->real = "opsdk/meta.h";
    u->is_meta = true;
    u->skip = true;
    parse_types(p, u, text, len);
    return u;
}
