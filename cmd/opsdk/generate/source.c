#include "source.h"

#include "../file.h"
#include "load.h"
#include "names.h"

#include <opsdk/kind.h>
#include <stdlib.h>
#include <string.h>

static void read_tokens(source *s, size_t len)
{
    lex l = lex_start(s->text, len);
    token t;

    do {
        t = lex_next(&l);
        if (t.type == LEX_BROKEN)
            problem(s->project, s->path, t.line, "a comment or a text without end");
        if (t.type != LEX_DIRECTIVE)
            *pool_add(s->project->pool, s->tokens, s->n) = t.type == LEX_BROKEN ? (token){.line = t.line} : t;
    } while (t.type != LEX_END && t.type != LEX_BROKEN);
}

static void split_version(project *p, resource *r, const char *api_version)
{
    const char *slash = strchr(api_version, '/');

    r->group = slash ? pool_text(p->pool, api_version, (size_t)(slash - api_version)) : "";
}

/* const opsdk_kind NAME = {"group/version", "Kind", "plural", ...}; also of lists, and static. */
static void find_constants(sources *all, const source *s)
{
    for (size_t i = 0; i + 8 < s->n; i++) {
        const token *t = s->tokens + i;
        resource *r;
        if (!token_is(t, "opsdk_kind") || t[1].type != LEX_WORD || !token_is(t + 2, "=") || !token_is(t + 3, "{") ||
            t[4].type != LEX_TEXT || t[6].type != LEX_TEXT || t[8].type != LEX_TEXT)
            continue;
        r = pool_add(all->project->pool, all->kinds, all->n_kinds);
        r->constant = pool_text(all->project->pool, t[1].text, t[1].len);
        r->plural = pool_text(all->project->pool, t[8].text + 1, t[8].len - 2);
        r->cluster_scoped = i + 10 < s->n && token_is(t + 10, "true");
        split_version(all->project, r, pool_text(all->project->pool, t[4].text + 1, t[4].len - 2));
    }
}

static void add_own_kinds(sources *all)
{
    for (size_t i = 0; i < all->project->n_units; i++) {
        const unit *u = all->project->units[i];
        for (size_t k = 0; k < u->n_kinds; k++)
            *pool_add(all->project->pool, all->kinds, all->n_kinds) = (resource){
                u->kinds[k]->constant, u->group ? u->group : "", u->kinds[k]->plural, u->kinds[k]->cluster_scoped};
    }
}

static void read_source(sources *all, const char *path)
{
    project *p = all->project;
    source *s = pool_add(p->pool, all->list, all->n);
    auto_free char *text = NULL;
    opsdk_error err = {0};
    size_t len = 0;

    *s = (source){.project = p, .path = path};
    if (file_read(path, &text, &len, &err) < 0)
        problem(p, path, 1, "%s", err.message);
    s->text = pool_text(p->pool, text ? text : "", len);
    read_tokens(s, len);
}

sources sources_read(project *p, const char *folder)
{
    static const char *const endings[] = {".c", ".cc", ".cpp", ".cxx"};
    sources all = {.project = p};

    for (size_t e = 0; e < sizeof(endings) / sizeof(endings[0]); e++) {
        size_t n;
        char **paths = load_list(p, folder, endings[e], &n);
        for (size_t i = 0; i < n; i++)
            read_source(&all, paths[i]);
    }
    add_own_kinds(&all);
    for (size_t i = 0; i < all.n; i++)
        find_constants(&all, &all.list[i]);
    return all;
}

const resource *sources_kind(const sources *all, const token *name)
{
    const opsdk_kind *known = NULL;
    pool *mem = all->project->pool;
    resource *r;

    for (size_t i = 0; i < all->n_kinds; i++) {
        if (token_is(name, all->kinds[i].constant))
            return &all->kinds[i];
    }
    if (name->type == LEX_WORD && name->len > 6 && memcmp(name->text, "OPSDK_", 6) == 0)
        known = opsdk_kind_find(names_lower(mem, pool_text(mem, name->text + 6, name->len - 6)));
    if (!known)
        return NULL;
    r = pool_alloc(mem, sizeof(*r));
    *r = (resource){known->kind, "", known->plural, known->cluster_scoped};
    split_version(all->project, r, known->api_version);
    return r;
}

static int step(const token *t)
{
    if (t->type != LEX_SIGN)
        return 0;
    return strchr("([{", *t->text) ? 1 : strchr(")]}", *t->text) ? -1 : 0;
}

size_t source_close(const source *s, size_t open)
{
    int depth = 0;

    for (size_t i = open; i < s->n; i++) {
        depth += step(&s->tokens[i]);
        if (depth == 0)
            return i;
    }
    return open;
}

size_t source_argument(const source *s, size_t open, int index, size_t *ret_end)
{
    size_t close = source_close(s, open), from = open + 1;
    int depth = 0;

    for (size_t i = from; i <= close && close > open; i++) {
        depth += i < close ? step(&s->tokens[i]) : 0;
        if (i < close && (depth > 0 || !token_is(&s->tokens[i], ",")))
            continue;
        if (index-- == 0) {
            *ret_end = i;
            return from < i ? from : 0;
        }
        from = i + 1;
    }
    return 0;
}
