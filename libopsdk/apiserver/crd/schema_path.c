/* Paths into a schema, as selectableFields and fieldPath have them. */
#include "apiserver/crd/check_schema.h"
#include "apiserver/kinds/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    const char *at;
    const json_t *schema; /* NULL: it cannot be told what it is */
} reader;

static char *unlike(const char *want, const char *got, size_t len)
{
    char *text = NULL;

    if (asprintf(&text, "expected %s %.*s", want, (int)len, got) < 0)
        return NULL;
    return text;
}

/* The length of the token at the reader: a delimiter, a quoted string, or what stands before the next of them; 0: the end. */
static size_t token(const reader *r)
{
    const char *end;

    if (*r->at == '.' || *r->at == '[' || *r->at == ']')
        return 1;
    if (*r->at != '\'')
        return strcspn(r->at, ".[]");
    for (end = r->at + 1; *end; end++)
        if (*end == '\'' && end[-1] != '\\')
            return (size_t)(end + 1 - r->at);
    return (size_t)(end - r->at);
}

static char *step(reader *r, const char *name, size_t len)
{
    const json_t *properties = json_object_get(r->schema, "properties"),
                 *more = json_object_get(r->schema, "additionalProperties");
    char key[256];

    if (!properties && !more)
        return strdup("does not refer to a valid field");
    if (!properties) {
        r->schema = json_is_object(more) ? more : NULL;
        return NULL;
    }
    snprintf(key, sizeof(key), "%.*s", (int)len, name);
    r->schema = json_object_get(properties, key);
    return r->schema ? NULL : strdup("does not refer to a valid field");
}

/* ['name']: only \\ and \' are escapes. */
static char *read_bracket(reader *r)
{
    size_t len, n = 0;
    char name[256], *wrong;

    r->at++;
    len = token(r);
    if (len == 0)
        return strdup("unexpected end of JSON path");
    if (len < 2 || r->at[0] != '\'' || r->at[len - 1] != '\'')
        return unlike("single quoted string but got", r->at, len);
    for (size_t i = 1; i + 1 < len && n < sizeof(name); i++) {
        if (r->at[i] == '\\' && i + 2 < len)
            i++;
        name[n++] = r->at[i];
    }
    wrong = step(r, name, n);
    if (wrong)
        return wrong;
    r->at += len;
    len = token(r);
    if (len == 0)
        return strdup("unexpected end of JSON path");
    if (*r->at != ']')
        return unlike("] but got", r->at, len);
    r->at++;
    return NULL;
}

static char *read_dot(reader *r)
{
    size_t len;
    char *wrong;

    r->at++;
    len = token(r);
    if (len == 0)
        return strdup("unexpected end of JSON path");
    wrong = step(r, r->at, len);
    r->at += len;
    return wrong;
}

char *schema_path(const json_t *schema, const char *path, bool brackets, const json_t **ret)
{
    reader r = {path, schema};
    char *wrong = NULL;

    while (!wrong && *r.at) {
        if (*r.at == '.')
            wrong = read_dot(&r);
        else if (*r.at == '[' && brackets)
            wrong = read_bracket(&r);
        else if (*r.at == '[')
            wrong = strdup("array notation is not allowed");
        else
            wrong = unlike("[ or . but got:", r.at, token(&r));
    }
    *ret = r.schema;
    return wrong;
}
