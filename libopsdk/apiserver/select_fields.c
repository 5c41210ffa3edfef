/* Field selectors (k8s.io/apimachinery/pkg/fields). */
#include "apiserver/schema/rune.h"
#include "apiserver/select_parse.h"

#include <stdlib.h>
#include <string.h>

/* "\," "\=" and "\\" stand for themselves, and nothing else may be escaped.  NULL with *why. */
static char *unescape(const char *text, size_t len, failure *why)
{
    char *out = malloc(len + 1), *to = out;
    int32_t rune;

    if (!out)
        failure_memory(why);
    for (size_t i = 0; out && i < len; i++) {
        if (text[i] == '\\' && (i + 1 == len || !strchr("\\,=", text[i + 1]))) {
            size_t n = i + 1 < len ? rune_next(text + i + 1, len - i - 1, &rune) : 0;
            failure_bad_request(why, "invalid field selector: invalid escape sequence: %.*s", (int)(n + 1), text + i);
            free(out);
            return NULL;
        }
        if (text[i] == ',' || text[i] == '=') {
            failure_bad_request(why, "invalid field selector: unescaped character in value: %c", text[i]);
            free(out);
            return NULL;
        }
        i += text[i] == '\\';
        *to++ = text[i];
    }
    if (out)
        *to = '\0';
    return out;
}

/* One term, such as "status.phase!=Running". */
static int read_term(selection *s, const char *whole, const char *term, size_t len, failure *why)
{
    size_t name = 0, value;
    condition *c;

    while (name < len && term[name] != '=' && !(term[name] == '!' && name + 1 < len && term[name + 1] == '='))
        name++;
    if (name == len)
        return failure_bad_request(why, "invalid selector: '%s'; can't understand '%.*s'", whole, (int)len, term);
    value = name + (name + 1 < len && term[name + 1] == '=' ? 2 : 1);
    c = selection_add(s);
    if (!c)
        return failure_memory(why);
    c->of_field = true;
    c->how = term[name] == '!' ? CMP_NOT_IN : CMP_IN;
    c->key = strndup(term, name);
    if (!c->key || condition_add(c, unescape(term + value, len - value, why)) < 0)
        return failure_memory(why);
    return 0;
}

int select_fields(selection *s, const char *text, failure *why)
{
    const char *at = text;

    while (*at) {
        size_t len = 0;
        while (at[len] && at[len] != ',')
            len += at[len] == '\\' && at[len + 1] ? 2 : 1;
        if (len && read_term(s, text, at, len, why) < 0)
            return -1;
        at += len + (at[len] == ',');
    }
    return 0;
}

static int field_of(const resource *res, const char *name)
{
    int i = 0;

    if (strcmp(name, "metadata.name") == 0)
        return FIELD_NAME;
    if (strcmp(name, "metadata.namespace") == 0)
        return FIELD_NAMESPACE;
    for (const selectable *s = res->selectables; s && s->name; s++, i++)
        if (strcmp(s->name, name) == 0)
            return i;
    return FIELD_NONE;
}

int selection_resolve(selection *s, const resource *res, failure *why)
{
    for (size_t i = 0; s && i < s->n; i++) {
        condition *c = &s->list[i];
        if (!c->of_field)
            continue;
        c->field = field_of(res, c->key);
        if (c->field == FIELD_NONE && (res->custom || res->selectables))
            return failure_bad_request(why, "field label not supported: %s", c->key);
        if (c->field == FIELD_NONE)
            return failure_bad_request(
                why, "\"%s\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", c->key);
    }
    return 0;
}

static bool requires(const condition *c, const char *name)
{
    return c->of_field && c->field == FIELD_NAME && c->how == CMP_IN && strcmp(c->values[0], name) == 0;
}

int selection_name(selection **s, const char *name, failure *why)
{
    bool of_fields = false;
    condition *c;

    for (size_t i = 0; *s && i < (*s)->n; i++) {
        if (requires(&(*s)->list[i], name))
            return 0;
        of_fields |= (*s)->list[i].of_field;
    }
    if (of_fields)
        return failure_bad_request(why, "fieldSelector metadata.name doesn't match requested name");
    if (!*s)
        *s = calloc(1, sizeof(**s));
    c = *s ? selection_add(*s) : NULL;
    if (!c)
        return failure_memory(why);
    c->of_field = true;
    c->how = CMP_IN;
    c->field = FIELD_NAME;
    return condition_add(c, strdup(name)) < 0 ? failure_memory(why) : 0;
}
