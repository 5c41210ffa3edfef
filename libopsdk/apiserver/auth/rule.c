#include "apiserver/auth/rule.h"
#include "apiserver/go_print.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"

#include <stdlib.h>
#include <string.h>

static bool has(const json_t *rule, const char *field, const char *text)
{
    const json_t *list = doc_get(rule, field);

    return doc_has(list, "*") || doc_has(list, text);
}

/* "/api/" against "/api", "/api/", and "/api/"-and-more for "/api/" with a star behind it. */
static bool url_covers(const char *owner, const char *path)
{
    size_t len = strlen(owner);

    if (strcmp(owner, path) == 0)
        return true;
    if (len == 0 || owner[len - 1] != '*')
        return false;
    while (len > 0 && owner[len - 1] == '*')
        len--;
    return strncmp(owner, path, len) == 0;
}

static bool has_url(const json_t *rule, const char *path)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_get(rule, "nonResourceURLs"), i,
                       one) if (url_covers(json_string_value(one), path)) return true;
    return false;
}

/* what is "pods" or "pods/status", which a rule for that covers, and one for all that are called so of any resource. */
static bool has_resource(const json_t *rule, const char *what)
{
    const char *slash = strchr(what, '/');
    char any[LIMIT_KEY];

    if (has(rule, "resources", what))
        return true;
    if (!slash)
        return false;
    snprintf(any, sizeof(any), "*%s", slash);
    return doc_has(doc_get(rule, "resources"), any);
}

bool rule_allows(const json_t *rule, const attributes *a)
{
    const json_t *names = doc_get(rule, "resourceNames");
    char what[LIMIT_KEY];

    if (!has(rule, "verbs", a->verb))
        return false;
    if (!a->is_resource)
        return has_url(rule, a->path);
    snprintf(what, sizeof(what), "%s%s%s", a->resource, *a->sub ? "/" : "", a->sub);
    return has(rule, "apiGroups", a->group) && has_resource(rule, what) &&
           (json_array_size(names) == 0 || doc_has(names, a->name));
}

/* ---- rules against rules ---- */

/* The smallest rule there is: one of each. */
typedef struct atom {
    const char *verb, *group, *resource, *url; /* url NULL: of a resource */
    const char *name;                          /* NULL: of all names */
} atom;

static bool covers(const json_t *rule, const atom *a)
{
    const json_t *names = doc_get(rule, "resourceNames");

    if (!has(rule, "verbs", a->verb))
        return false;
    if (a->url)
        return has_url(rule, a->url) && json_array_size(names) == 0;
    if (!has(rule, "apiGroups", a->group) || !has_resource(rule, a->resource))
        return false;
    return json_array_size(names) == 0 || (a->name && doc_has(names, a->name));
}

typedef struct missing {
    const json_t *held;
    json_t *lines; /* what is missing, without its verbs: the verbs */
    size_t n;      /* atoms that were looked at */
    bool failed;
} missing;

static void put_list(buf *out, const char *name, const char *text)
{
    buf_printf(out, "%s:[", name);
    go_quote(out, text, strlen(text));
    buf_puts(out, "], ");
}

/* Verbs of the same are told together, but for paths. */
static void note(missing *m, const atom *a)
{
    auto_buf line = BUF_INIT(LIMIT_REASON);
    json_t *verbs;

    if (a->url) {
        put_list(&line, "NonResourceURLs", a->url);
        buf_printf(&line, "Verbs:[\"%s", a->verb); /* makes it another for each verb */
    } else {
        put_list(&line, "APIGroups", a->group);
        put_list(&line, "Resources", a->resource);
        if (a->name)
            put_list(&line, "ResourceNames", a->name);
    }
    if (line.failed) {
        m->failed = true;
        return;
    }
    verbs = json_object_get(m->lines, line.data);
    if (!verbs && json_object_set_new(m->lines, line.data, json_array()) == 0)
        verbs = json_object_get(m->lines, line.data);
    if (json_array_append_new(verbs, json_string(a->verb)) < 0)
        m->failed = true;
}

static void look_for(missing *m, const atom *a)
{
    size_t i;
    json_t *rule;

    if (++m->n > LIMIT_RULE_PARTS)
        m->failed = true;
    if (m->failed)
        return;
    json_array_foreach((json_t *)m->held, i, rule) if (covers(rule, a)) return;
    note(m, a);
}

static void look_for_names(missing *m, const json_t *rule, atom a)
{
    const json_t *names = doc_get(rule, "resourceNames");
    size_t i;
    json_t *name;

    if (json_array_size(names) == 0)
        look_for(m, &a);
    json_array_foreach((json_t *)names, i, name)
    {
        a.name = json_string_value(name);
        look_for(m, &a);
    }
}

static void look_for_rule(missing *m, const json_t *rule)
{
    const json_t *verbs = doc_get(rule, "verbs");
    size_t g, r, v, u;
    json_t *group, *what, *verb, *url;

    json_array_foreach(doc_get(rule, "apiGroups"), g, group) json_array_foreach(doc_get(rule, "resources"), r, what)
        json_array_foreach((json_t *)verbs, v, verb) if (!m->failed)
            look_for_names(m, rule,
                           (atom){.verb = json_string_value(verb),
                                  .group = json_string_value(group),
                                  .resource = json_string_value(what)});
    json_array_foreach(doc_get(rule, "nonResourceURLs"), u, url)
        json_array_foreach((json_t *)verbs, v, verb) if (!m->failed)
            look_for(m, &(atom){.verb = json_string_value(verb), .url = json_string_value(url)});
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* {APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]} */
static char *line_of(const char *what, const json_t *verbs)
{
    auto_buf line = BUF_INIT(LIMIT_REASON);
    const char *end = strstr(what, "Verbs:[");
    size_t i;
    json_t *verb;

    buf_addc(&line, '{');
    buf_add(&line, what, end ? (size_t)(end - what) : strlen(what));
    buf_puts(&line, "Verbs:[");
    json_array_foreach((json_t *)verbs, i, verb)
    {
        buf_puts(&line, i ? " " : "");
        go_quote(&line, json_string_value(verb), json_string_length(verb));
    }
    buf_puts(&line, "]}");
    return buf_take(&line, NULL);
}

static int put_sorted(json_t *lines, buf *out)
{
    size_t n = 0;
    char **all = calloc(json_object_size(lines) + 1, sizeof(*all));
    const char *what;
    json_t *verbs;
    int r = all ? 0 : -1;

    json_object_foreach(lines, what, verbs) if (r == 0) r = (all[n++] = line_of(what, verbs)) ? 0 : -1;
    if (r == 0)
        qsort(all, n, sizeof(*all), by_text);
    for (size_t i = 0; i < n; i++) {
        if (r == 0 && (i == 0 || strcmp(all[i], all[i - 1]) != 0))
            buf_printf(out, "%s%s", out->len ? "\n" : "", all[i]);
    }
    for (size_t i = 0; i < n; i++)
        free(all[i]);
    free(all);
    return r < 0 || out->failed ? -1 : 0;
}

int rules_missing(const json_t *held, const json_t *wanted, buf *out)
{
    missing m = {.held = held, .lines = json_object()};
    size_t i;
    json_t *rule;
    int r = m.lines ? 0 : -1;

    json_array_foreach((json_t *)wanted, i, rule) if (r == 0 && !m.failed) look_for_rule(&m, rule);
    if (r == 0)
        r = m.failed ? -1 : put_sorted(m.lines, out);
    json_decref(m.lines);
    return r;
}
