#include "client/kubefile.h"
#include "client/file.h"
#include "core/base64.h"
#include "core/limits.h"

#include <opsdk/yaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

int place_wrong(const place *p, const char *field, const char *what, opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_EINVAL, "%s: %s%s%s %s", p->file->path, p->where, *p->where && *field ? "." : "",
                           field, what);
}

static const json_t *member(const place *p, const char *field)
{
    const json_t *value = p->map ? json_object_get(p->map, field) : NULL;

    return value && !json_is_null(value) ? value : NULL;
}

int place_string(const place *p, const char *field, const char **ret, opsdk_error *err)
{
    const json_t *value = member(p, field);

    *ret = NULL;
    if (!value)
        return 0;
    if (!json_is_string(value))
        return place_wrong(p, field, "is not a string", err);
    if (strlen(json_string_value(value)) != json_string_length(value))
        return place_wrong(p, field, "holds a NUL character", err);
    if (json_string_length(value) > 0)
        *ret = json_string_value(value);
    return 0;
}

int place_bool(const place *p, const char *field, bool *ret, opsdk_error *err)
{
    const json_t *value = member(p, field);

    if (value && !json_is_boolean(value))
        return place_wrong(p, field, "is neither true nor false", err);
    *ret = json_is_true(value);
    return 0;
}

int place_map(const place *p, const char *field, place *ret, opsdk_error *err)
{
    const json_t *value = member(p, field);

    *ret = (place){.file = p->file};
    if (value && !json_is_object(value))
        return place_wrong(p, field, "is not a map", err);
    ret->map = value;
    snprintf(ret->where, sizeof(ret->where), "%.40s%s%.16s", p->where, *p->where ? "." : "", field);
    return 0;
}

int place_array(const place *p, const char *field, const json_t **ret, opsdk_error *err)
{
    *ret = member(p, field);
    return *ret && !json_is_array(*ret) ? place_wrong(p, field, "is not a list", err) : 0;
}

int place_copy(const place *p, const char *field, char **ret, opsdk_error *err)
{
    const char *text;
    int r = place_string(p, field, &text, err);

    if (r < 0 || !text)
        return r;
    *ret = strdup(text);
    return *ret ? 0 : no_memory(err);
}

int kubefile_resolve(const kubefile *f, const char *path, char **ret, opsdk_error *err)
{
    const char *slash = strrchr(f->path, '/');
    int r = 0;

    if (*path == '/' || !slash)
        *ret = strdup(path);
    else
        r = asprintf(ret, "%.*s/%s", (int)(slash - f->path), f->path, path);
    return r < 0 || !*ret ? no_memory(err) : 0;
}

int place_path(const place *p, const char *field, char **ret, opsdk_error *err)
{
    const char *path;
    int r = place_string(p, field, &path, err);

    return r < 0 || !path ? r : kubefile_resolve(p->file, path, ret, err);
}

/* The file that field names; its name is kept, to read it again when it changes. */
static int blob_from_file(const place *p, const char *field, config_blob *ret, opsdk_error *err)
{
    auto_secret bytes = {0};
    int r = place_path(p, field, &ret->file, err);

    if (r < 0 || !ret->file)
        return r;
    r = file_load(ret->file, &bytes, err);
    if (r < 0)
        return opsdk_error_wrap(err, r == OPSDK_ENOMEM ? r : OPSDK_EINVAL, "%s: %s.%s", p->file->path, p->where, field);
    ret->data = buf_take(&bytes, &ret->len);
    return ret->data ? 0 : no_memory(err);
}

int place_blob(const place *p, const char *field, config_blob *ret, opsdk_error *err)
{
    auto_secret bytes = BUF_INIT(LIMIT_CONFIG_FILE);
    const char *text;
    char inline_field[64];
    int r;

    snprintf(inline_field, sizeof(inline_field), "%s-data", field);
    r = place_string(p, inline_field, &text, err);
    if (r < 0)
        return r;
    if (!text)
        return blob_from_file(p, field, ret, err);
    if (!base64_decode(text, strlen(text), &bytes) && !bytes.failed)
        return place_wrong(p, inline_field, "is not base64", err);
    ret->data = buf_take(&bytes, &ret->len);
    return ret->data ? 0 : no_memory(err);
}

static int check_head(const kubefile *f, opsdk_error *err)
{
    const place top = {.file = f, .map = f->root};
    const char *kind, *version;
    int r = place_string(&top, "kind", &kind, err);

    if (r == 0)
        r = place_string(&top, "apiVersion", &version, err);
    if (r < 0)
        return r;
    if (kind && strcmp(kind, "Config") != 0)
        return place_wrong(&top, "kind", "is not Config; is this a kubeconfig?", err);
    if (version && strcmp(version, "v1") != 0)
        return place_wrong(&top, "apiVersion", "is not v1", err);
    return 0;
}

int kubefile_read(const char *path, kubefile *ret, opsdk_error *err)
{
    auto_secret text = {0};
    int r = file_load(path, &text, err);

    if (r < 0)
        return r;
    *ret = (kubefile){.path = strdup(path)};
    if (!ret->path)
        return no_memory(err);
    if (text.len == 0)
        ret->root = json_object(); /* an empty file says nothing, as with kubectl */
    else
        r = opsdk_yaml_parse(path, text.data, text.len, &ret->root, err);
    if (r < 0)
        return r;
    if (json_is_null(ret->root)) {
        json_decref(ret->root);
        ret->root = json_object();
    }
    if (!json_is_object(ret->root))
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: is not a map; is this a kubeconfig?", path);
    return check_head(ret, err);
}

void kubefile_clear(kubefile *f)
{
    free(f->path);
    json_decref(f->root);
    *f = (kubefile){0};
}

/* The entry at index, if it is called name. */
static int check_entry(const place *entry, const char *member_name, const char *name, place *ret, opsdk_error *err)
{
    const char *its_name;
    int r;

    if (!entry->map)
        return place_wrong(entry, "", "is not a map", err);
    r = place_string(entry, "name", &its_name, err);
    if (r < 0)
        return r;
    if (!its_name || strcmp(its_name, name) != 0)
        return 0;
    if (ret->file)
        return place_wrong(entry, "name", "stands twice in this file", err);
    return place_map(entry, member_name, ret, err);
}

int kubefile_find(const kubefile *f, const char *list, const char *member_name, const char *name, place *ret,
                  opsdk_error *err)
{
    const place top = {.file = f, .map = f->root};
    const json_t *entries;
    int r = place_array(&top, list, &entries, err);

    for (size_t i = 0; r == 0 && i < json_array_size(entries); i++) {
        const json_t *item = json_array_get(entries, i);
        place entry = {.file = f, .map = json_is_object(item) ? item : NULL};
        snprintf(entry.where, sizeof(entry.where), "%.20s[%zu]", list, i);
        r = check_entry(&entry, member_name, name, ret, err);
    }
    return r;
}
