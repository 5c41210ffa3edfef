#include "scan.h"

#include "marker.h"
#include "source.h"

#include <string.h>

/* What a call needs.  what: the index of the argument that says which kind; its verbs are for that, or for fixed. */
typedef struct call {
    const char *name;
    enum { BY_KEY, BY_KIND, FIXED, UNSEEN } how;
    const char *verbs; /* with spaces between */
    const char *subresource, *fixed;
    int opts; /* the index of its opsdk_write_opts; 0: none */
} call;

static const call calls[] = {
    {"opsdk_get", BY_KEY, "get", NULL, NULL, 0},
    {"opsdk_list", BY_KIND, "list", NULL, NULL, 0},
    {"opsdk_list_each", BY_KIND, "list", NULL, NULL, 0},
    {"opsdk_watch_start", BY_KIND, "list watch", NULL, NULL, 0},
    {"opsdk_create", BY_KEY, "create", NULL, NULL, 3},
    {"opsdk_update", BY_KEY, "update", NULL, NULL, 3},
    {"opsdk_apply", BY_KEY, "create patch", NULL, NULL, 3},
    {"opsdk_merge", BY_KEY, "patch", NULL, NULL, 3},
    {"opsdk_patch", BY_KEY, "patch", NULL, NULL, 3},
    {"opsdk_status", BY_KEY, "patch", "status", NULL, 0},
    {"opsdk_delete", BY_KEY, "delete", NULL, NULL, 0},
    /* An exec over WebSocket is a GET; servers from 1.35 on ask for create as well. */
    {"opsdk_exec", FIXED, "get create", NULL, "pods/exec", 0},
    {"opsdk_exec_stream", FIXED, "get create", NULL, "pods/exec", 0},
    {"opsdk_cp_to", FIXED, "get create", NULL, "pods/exec", 0},
    {"opsdk_cp_from", FIXED, "get create", NULL, "pods/exec", 0},
    {"opsdk_cp_mem", FIXED, "get create", NULL, "pods/exec", 0},
    {"opsdk_event", FIXED, "create patch", NULL, "events", 0},
    {"opsdk_raw", UNSEEN, "get", NULL, NULL, 0},
};

typedef struct scan {
    const sources *all;
    const source *source;
    size_t function;     /* where the body begins that we are in; 0: none */
    bool answered;       /* a marker stands before this statement */
    const resource *own; /* the primary of the file's handlers, or of the project's; NULL: not one */
} scan;

static void add_verbs(scan *s, const char *group, const char *resource_name, const char *verbs)
{
    pool *mem = s->all->project->pool;

    for (const char *from = verbs; *from; from += strspn(from, " ")) {
        size_t n = strcspn(from, " ");
        project_right(s->all->project, group, resource_name, pool_text(mem, from, n));
        from += n;
    }
}

static void add(scan *s, const resource *r, const char *subresource, const char *verbs, int line)
{
    project *p = s->all->project;

    if (r->cluster_scoped && !p->cluster_file) {
        p->cluster_file = s->source->path;
        p->cluster_line = line;
        p->cluster_kind = r->plural;
    }
    add_verbs(s, r->group, subresource ? pool_format(p->pool, "%s/%s", r->plural, subresource) : r->plural, verbs);
}

/* ---- handlers and sources ---- */

static bool is_table(const source *s, size_t i, const char *name, size_t *ret_open)
{
    if (!token_is(&s->tokens[i], name))
        return false;
    while (++i < s->n && !token_is(&s->tokens[i], "=")) {
        if (s->tokens[i].type == LEX_SIGN && !strchr("[]", *s->tokens[i].text))
            return false;
    }
    *ret_open = i + 1;
    return i + 1 < s->n && token_is(&s->tokens[i + 1], "{");
}

/* The kinds of the handlers of a file: one, or *ret_many. */
static const resource *primary_of(const sources *all, const source *s, bool *ret_many)
{
    const resource *found = NULL;
    size_t open;

    for (size_t i = 0; i + 4 < s->n; i++) {
        if (!is_table(s, i, "opsdk_handler", &open))
            continue;
        for (size_t k = open, end = source_close(s, open); k + 3 < end; k++) {
            const resource *r;
            if (!token_is(&s->tokens[k], "kind") || !token_is(&s->tokens[k + 1], "=") ||
                !token_is(&s->tokens[k + 2], "&"))
                continue;
            r = sources_kind(all, &s->tokens[k + 3]);
            *ret_many = *ret_many || (found && r && strcmp(found->constant, r->constant) != 0);
            found = r ? r : found;
        }
    }
    return found;
}

static const resource *primary_of_project(const sources *all)
{
    const resource *found = NULL;
    bool many = false;

    for (size_t i = 0; i < all->n; i++) {
        const resource *r = primary_of(all, &all->list[i], &many);
        many = many || (found && r && strcmp(found->constant, r->constant) != 0);
        found = r ? r : found;
    }
    return many ? NULL : found;
}

static void scan_table(scan *s, size_t open)
{
    const source *f = s->source;

    for (size_t i = open, end = source_close(f, open); i + 2 < end; i++) {
        const token *t = &f->tokens[i];
        const resource *r;
        if (token_is(t, "owned") && token_is(t + 1, "=") && token_is(t + 2, "true") && s->own)
            add(s, s->own, "finalizers", "update", t->line); /* who may block an owner's deletion */
        if (!token_is(t, "kind") || !token_is(t + 1, "="))
            continue;
        r = token_is(t + 2, "&") ? sources_kind(s->all, t + 3) : NULL;
        if (r)
            add(s, r, NULL, "list watch", t->line);
        else if (!s->answered)
            problem(s->all->project, f->path, t->line,
                    "this kind is not known here: say before the table what it needs, such as "
                    "/* +opsdk:rbac:groups=apps,resources=deployments,verbs=list;watch */");
    }
}

/* ---- calls ---- */

static const resource *kind_at(scan *s, size_t from, size_t end, size_t before, int depth);

/* A variable: all that is assigned to it before in this function must be the same kind. */
static const resource *kind_of_variable(scan *s, const token *name, size_t before, int depth)
{
    const source *f = s->source;
    const resource *found = NULL;

    for (size_t i = s->function; s->function && depth < 4 && i + 2 < before; i++) {
        const resource *r;
        size_t end = i + 2;
        if (f->tokens[i].type != LEX_WORD || f->tokens[i].len != name->len ||
            memcmp(f->tokens[i].text, name->text, name->len) != 0 || !token_is(&f->tokens[i + 1], "=") ||
            token_is(&f->tokens[i + 2], "="))
            continue;
        while (end < before && !token_is(&f->tokens[end], ";"))
            end++;
        r = kind_at(s, i + 2, end, i, depth + 1);
        if (!r || (found && strcmp(found->constant, r->constant) != 0))
            return NULL;
        found = r;
    }
    return found;
}

/* OPSDK_KEY(&KIND, ...), &KIND, rq->key, rq->key.kind, a variable. */
static const resource *kind_at(scan *s, size_t from, size_t end, size_t before, int depth)
{
    const token *t = s->source->tokens + from;
    size_t n = end - from;

    if (n >= 5 && token_is(t, "OPSDK_KEY") && token_is(t + 1, "(") && token_is(t + 2, "&"))
        return sources_kind(s->all, t + 3);
    if (n == 2 && token_is(t, "&"))
        return sources_kind(s->all, t + 1);
    if (n >= 4 && token_is(t + 1, "-") && token_is(t + 2, ">") && token_is(t + 3, "key"))
        return s->own;
    return n == 1 && t->type == LEX_WORD ? kind_of_variable(s, t, before, depth) : NULL;
}

/* The text behind ".subresource =" of a call's options; NULL: none.  False when they cannot be seen. */
static bool subresource_at(scan *s, size_t from, size_t end, const char **ret)
{
    const token *t = s->source->tokens;

    *ret = NULL;
    if (from == 0 || token_is(t + from, "NULL"))
        return true;
    for (size_t i = from; i + 2 < end; i++) {
        if (!token_is(t + i, "subresource"))
            continue;
        if (t[i + 2].type != LEX_TEXT)
            return false;
        *ret = pool_text(s->all->project->pool, t[i + 2].text + 1, t[i + 2].len - 2);
        return true;
    }
    return token_is(t + from, "&") && from + 1 < end && token_is(t + from + 1, "(");
}

static void scan_call(scan *s, const call *c, size_t at)
{
    const source *f = s->source;
    const char *subresource = c->subresource, *said = NULL, *verbs = c->verbs;
    size_t end = 0, open = at + 1, from = source_argument(f, open, 1, &end), opts, opts_end = 0;
    const resource *r = NULL;

    if (c->how == FIXED) {
        add_verbs(s, "", c->fixed, c->verbs);
        return;
    }
    if (from && c->how != UNSEEN)
        r = kind_at(s, from, end, at, 0);
    opts = c->opts ? source_argument(f, open, c->opts, &opts_end) : 0;
    if (!subresource_at(s, opts, opts_end, &said))
        r = NULL;
    subresource = said ? said : subresource;
    if (said && strcmp(c->verbs, "create patch") == 0)
        verbs = "patch";
    if (r)
        add(s, r, subresource, verbs, f->tokens[at].line);
    else if (!s->answered)
        problem(s->all->project, f->path, f->tokens[at].line,
                "%s: of what cannot be seen here; say it before the statement, such as "
                "/* +opsdk:rbac:groups=\"\",resources=configmaps,verbs=%s */",
                c->name, c->verbs);
}

static const call *find_call(const source *f, size_t i)
{
    if (i + 1 >= f->n || !token_is(&f->tokens[i + 1], "("))
        return NULL;
    for (size_t k = 0; k < sizeof(calls) / sizeof(calls[0]); k++) {
        if (token_is(&f->tokens[i], calls[k].name))
            return &calls[k];
    }
    return NULL;
}

static bool take_comment(scan *s, const token *t)
{
    project *p = s->all->project;
    size_t before = p->n_rights;
    notes n = {0};

    notes_add(p, s->source->path, &n, t);
    marker_file(p, s->source->path, NULL, &n);
    marker_rest(p, s->source->path, &n);
    return p->n_rights > before;
}

static void scan_file(scan *s)
{
    const source *f = s->source;
    int depth = 0;
    size_t open;

    for (size_t i = 0; i < f->n; i++) {
        const token *t = &f->tokens[i];
        const call *c = find_call(f, i);
        if (t->type == LEX_COMMENT)
            s->answered = take_comment(s, t) || s->answered;
        if (is_table(f, i, "opsdk_source", &open) || is_table(f, i, "opsdk_handler", &open))
            scan_table(s, open);
        if (c)
            scan_call(s, c, i);
        if (token_is(t, "{") && depth++ == 0)
            s->function = i;
        if (token_is(t, "}") && depth > 0 && --depth == 0)
            s->function = 0;
        if (token_is(t, ";") || token_is(t, "{") || token_is(t, "}"))
            s->answered = false;
    }
}

void scan_sources(project *p, const char *folder)
{
    sources all = sources_read(p, folder);
    const resource *of_all = primary_of_project(&all);

    for (size_t i = 0; i < all.n; i++) {
        bool many = false;
        const resource *own = primary_of(&all, &all.list[i], &many);
        scan s = {.all = &all, .source = &all.list[i], .own = many ? NULL : own ? own : of_all};
        scan_file(&s);
    }
}
