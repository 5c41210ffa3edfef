#include "documents.h"

#include "file.h"

#include <opsdk/yaml.h>
#include <stdarg.h>
#include <string.h>

static int add(json_t *to, json_t *root, opsdk_error *err)
{
    json_t *items = json_object_get(root, "items"), *item;
    const char *kind = documents_string(root, "kind", NULL);
    size_t i;

    if (json_is_array(items) && kind && strcmp(kind, "List") == 0)
        json_array_foreach(items, i, item) json_array_append(to, item);
    else if (!json_is_null(root) && json_array_append(to, root) < 0)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    return 0;
}

/* Everything else becomes empty lines, so that messages have the file's line numbers. */
static int read_one(const char *path, char *text, char *from, char *to, json_t *ret, opsdk_error *err)
{
    char kept = *to;
    json_t *root = NULL;
    int r;

    for (char *p = text; p < from; p++)
        *p = '\n' == *p ? '\n' : ' ';
    *to = '\0';
    r = opsdk_yaml_parse(path, text, (size_t)(to - text), &root, err);
    *to = kept;
    if (r == 0)
        r = add(ret, root, err);
    json_decref(root);
    return r;
}

static bool separates(const char *line)
{
    return strncmp(line, "---", 3) == 0 && (line[3] == '\0' || strchr(" \t\r\n", line[3]));
}

int documents_read(const char *path, json_t **ret, opsdk_error *err)
{
    auto_free char *text = NULL;
    json_t *all = json_array();
    char *from, *line;
    int r = file_read(path, &text, NULL, err);

    for (from = line = text; r == 0 && line;) {
        char *end = strchr(line, '\n'), *next = end ? end + 1 : line + strlen(line);

        if (*line && !(separates(line) && line > from)) {
            line = next;
            continue;
        }
        r = read_one(path, text, from, line, all, err);
        from = line;
        line = *line ? next : NULL;
    }
    if (r == 0)
        *ret = all;
    else
        json_decref(all);
    return r;
}

json_t *documents_find(const json_t *documents, const char *kind)
{
    json_t *item;
    size_t i;

    json_array_foreach(documents, i, item)
    {
        const char *k = documents_string(item, "kind", NULL);

        if (k && strcmp(k, kind) == 0)
            return item;
    }
    return NULL;
}

const char *documents_string(const json_t *root, ...)
{
    const char *name;
    va_list ap;

    va_start(ap, root);
    for (name = va_arg(ap, const char *); name; name = va_arg(ap, const char *))
        root = json_object_get(root, name);
    va_end(ap);
    return json_string_value(root);
}
