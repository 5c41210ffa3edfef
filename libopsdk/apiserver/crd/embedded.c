#include "apiserver/crd/embedded.h"

#include "apiserver/json_clone.h"
#include "apiserver/meta.h"
#include "apiserver/names.h"
#include "apiserver/schema/decode.h"
#include "apiserver/schema/walk.h"
#include "core/limits.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct checker {
    const char *prefix;
    const schema *root; /* NULL: the outermost is no resource */
    field_errors *errors;
} checker;

/* What metav1.ParseGroupVersion takes: at most one slash. */
static void check_version(const char *path, const json_t *value, field_errors *errors)
{
    const char *text = json_string_value(value), *slash;

    if (!text) {
        field_invalid(errors, path, value, "must be a string");
        return;
    }
    slash = strchr(text, '/');
    if (!*text)
        field_invalid(errors, path, value, "must not be empty");
    else if (slash && strchr(slash + 1, '/'))
        field_invalid(errors, path, value, "unexpected GroupVersion string: %s", text);
}

static void check_kind(const char *path, const json_t *value, field_errors *errors)
{
    const char *text = json_string_value(value), *wrong[NAME_WRONGS];
    auto_buf lower = BUF_INIT(LIMIT_OBJECT), all = BUF_INIT(LIMIT_OBJECT);
    size_t n;

    if (!text) {
        field_invalid(errors, path, value, "must be a string");
        return;
    }
    for (; *text; text++)
        buf_addc(&lower, (char)tolower((unsigned char)*text));
    if (!lower.len) {
        field_invalid(errors, path, value, "must not be empty");
        return;
    }
    n = name_check(NAME_DNS_1035_LABEL, lower.data, wrong);
    for (size_t i = 0; i < n; i++)
        buf_printf(&all, "%s%s", i ? "," : "", wrong[i]);
    if (n && !all.failed)
        field_invalid(errors, path, value, "may have mixed case, but should otherwise match: %s", all.data);
}

/* The rules of metadata name their fields from the root on: their errors get what stands before. */
static void check_metadata(const checker *c, const buf *path, const json_t *meta)
{
    auto_field_errors found = {0};
    json_auto_t *whole = json_pack("{s:o}", "metadata", json_clone(meta));
    auto_buf wrong = BUF_INIT(LIMIT_OBJECT), at = BUF_INIT(LIMIT_OBJECT);
    size_t i;
    json_t *one;

    if (decode_struct(&SCHEMA_OBJECT_META, json_object_get(whole, "metadata"), "", NULL, &wrong) < 0) {
        walk_path(&at, c->prefix, path, "metadata");
        field_invalid(c->errors, at.failed ? "" : at.data, meta, "%s", wrong.failed ? "" : wrong.data);
        return;
    }
    if (!*meta_text(whole, "name"))
        json_object_set_new(json_object_get(whole, "metadata"), "name", json_string("fakename"));
    meta_validate(NAME_DNS_SUBDOMAIN, whole, &found);
    if (*meta_text(whole, "namespace"))
        name_validate(NAME_DNS_LABEL, meta_text(whole, "namespace"), "metadata.namespace", &found);
    json_array_foreach(found.list, i, one)
    {
        auto_buf field = BUF_INIT(LIMIT_OBJECT);
        walk_path(&field, c->prefix, path, json_string_value(json_object_get(one, "field")));
        json_object_set_new(one, "field", json_string(field.failed ? "" : field.data));
    }
    if (!c->errors->list && found.list)
        c->errors->list = json_array();
    if (found.list)
        json_array_extend(c->errors->list, found.list);
}

static int check(const schema *s, json_t *value, buf *path, void *user)
{
    static const char *const names[] = {"apiVersion", "kind"};
    const checker *c = user;

    if ((!s->embedded && s != c->root) || !json_is_object(value))
        return 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const json_t *one = json_object_get(value, names[i]);
        auto_buf at = BUF_INIT(LIMIT_OBJECT);
        walk_path(&at, c->prefix, path, names[i]);
        if (at.failed)
            continue;
        if (!one)
            field_required(c->errors, at.data, "");
        else
            (i == 0 ? check_version : check_kind)(at.data, one, c->errors);
    }
    if (json_object_get(value, "metadata") && !json_is_null(json_object_get(value, "metadata")))
        check_metadata(c, path, json_object_get(value, "metadata"));
    return 0;
}

void embedded_check(const schema *s, const json_t *value, const char *prefix, bool root, field_errors *errors)
{
    checker c = {prefix, root ? s : NULL, errors};

    schema_walk(s, (json_t *)value, check, &c);
}
