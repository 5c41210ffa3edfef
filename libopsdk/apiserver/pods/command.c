#include "apiserver/pods/command.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/pods/pods.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the command line ---- */

static bool append(json_t *to, const json_t *list)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        /* a NUL cannot be passed on */
        if (!json_is_string(one) || strlen(json_string_value(one)) != json_string_length(one) ||
            json_array_append(to, one) < 0)
            return false;
    }
    return true;
}

static char **to_texts(const json_t *list)
{
    size_t n = json_array_size(list);
    char **texts = calloc(n + 1, sizeof(*texts));

    for (size_t i = 0; texts && i < n; i++)
        texts[i] = strdup(json_string_value(json_array_get(list, i)));
    return texts;
}

bool command_read(const json_t *doc, const json_t *spec, char ***ret)
{
    char key[320];
    const char *text;
    json_auto_t *given = NULL, *whole = json_array();

    snprintf(key, sizeof(key), POD_COMMAND "%s", doc_text(spec, "name"));
    text = doc_text(doc_at(doc, "metadata.annotations"), key);
    if (!*text || strlen(text) > LIMIT_POD_COMMAND)
        return false;
    given = json_loads(text, 0, NULL);
    if (!json_is_array(given) || !append(whole, given))
        return false;
    if (json_array_size(given) == 0 &&
        (!append(whole, doc_get(spec, "command")) || !append(whole, doc_get(spec, "args"))))
        return false;
    if (json_array_size(whole) == 0 || !*json_string_value(json_array_get(whole, 0)))
        return false;
    *ret = to_texts(whole);
    return *ret != NULL;
}

void command_free(char **texts)
{
    for (size_t i = 0; texts && texts[i]; i++)
        free(texts[i]);
    free(texts);
}

bool command_any(const json_t *doc)
{
    json_t *annotations = doc_at(doc, "metadata.annotations"), *value;
    const char *key;

    json_object_foreach(annotations, key, value) if (strncmp(key, POD_COMMAND, strlen(POD_COMMAND)) == 0) return true;
    return false;
}

/* ---- the environment ---- */

typedef struct environment {
    char **list;
    size_t n, cap;
} environment;

/* Takes the text; a later one of the same name counts. */
static void put(environment *e, char *text)
{
    size_t name = text ? strcspn(text, "=") + 1 : 0;
    char **more;

    for (size_t i = 0; text && i < e->n; i++)
        if (strncmp(e->list[i], text, name) == 0) {
            free(e->list[i]);
            e->list[i] = text;
            return;
        }
    if (text && e->n + 1 >= e->cap) {
        more = reallocarray(e->list, 2 * e->cap + 32, sizeof(*more));
        if (more) {
            e->list = more;
            e->cap = 2 * e->cap + 32;
        }
    }
    if (!text || e->n + 1 >= e->cap) {
        free(text);
        return;
    }
    e->list[e->n++] = text;
    e->list[e->n] = NULL;
}

static void put_pair(environment *e, const char *name, const char *value)
{
    char *text;

    if (asprintf(&text, "%s=%s", name, value) >= 0)
        put(e, text);
}

/* Fields of the pod itself are known; of other objects nothing is read. */
static const char *value_of(const json_t *doc, const json_t *one, const char *ip)
{
    const char *path = doc_text(doc_at(one, "valueFrom.fieldRef"), "fieldPath");
    static const char prefix[] = "metadata.";

    if (strcmp(path, "status.podIP") == 0)
        return ip;
    if (strncmp(path, prefix, sizeof(prefix) - 1) == 0)
        return meta_text(doc, path + sizeof(prefix) - 1);
    return *path ? "" : doc_text(one, "value");
}

char **command_environment(const json_t *doc, const json_t *spec, const char *ip)
{
    environment e = {0};
    json_t *one;
    size_t i;

    for (char **at = environ; at && *at; at++)
        put(&e, strdup(*at));
    put_pair(&e, "HOSTNAME", meta_text(doc, "name"));
    json_array_foreach(doc_get(spec, "env"), i, one) if (strchr(doc_text(one, "name"), '=') == NULL)
        put_pair(&e, doc_text(one, "name"), value_of(doc, one, ip));
    return e.list;
}
