/* Config maps and secrets. */
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"
#include "apiserver/schema/bytes.h"
#include "core/base64.h"
#include "core/limits.h"

#include <string.h>

#define DATA_MAX (1 << 20) /* bytes of all values together */

/* Of a value in base64, without decoding it. */
static size_t decoded_len(const json_t *value)
{
    size_t len = json_string_length(value);
    const char *text = json_string_value(value);

    return len < 4 ? 0 : len / 4 * 3 - (text[len - 1] == '=') - (text[len - 2] == '=');
}

static size_t text_len(const json_t *value)
{
    return json_string_length(value);
}

/* Returns the bytes of all values. */
static size_t check_data(const json_t *obj, const char *field, const json_t *other, size_t (*len)(const json_t *),
                         field_errors *errors)
{
    size_t total = 0;
    const char *key;
    json_t *value;

    json_object_foreach(doc_get(obj, field), key, value)
    {
        bool twice = json_object_get(other, key) != NULL;
        total += len(value);
        if (!twice && name_is(NAME_CONFIG_KEY, key))
            continue;
        const char *path = PATH("%s[%s]", field, key);
        name_validate(NAME_CONFIG_KEY, key, path, errors);
        if (twice)
            wrong_text(errors, path, key, "duplicate of key present in binaryData");
    }
    return total;
}

static void check_frozen(const json_t *obj, const json_t *old, const char *const *fields, field_errors *errors)
{
    if (!doc_flag(old, "immutable"))
        return;
    if (!doc_flag(obj, "immutable"))
        field_forbidden(errors, "immutable", "field is immutable when `immutable` is set");
    for (; *fields; fields++)
        if (!doc_same(doc_get(obj, *fields), doc_get(old, *fields)))
            field_forbidden(errors, *fields, "field is immutable when `immutable` is set");
}

static void config_map_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    size_t total;

    if (old) {
        meta_validate_update(obj, old, errors);
        check_frozen(obj, old, CHOICE("data", "binaryData"), errors);
        meta_validate(c->res->names, obj, errors);
    }
    total = check_data(obj, "data", doc_get(obj, "binaryData"), text_len, errors);
    total += check_data(obj, "binaryData", NULL, decoded_len, errors);
    if (total > DATA_MAX)
        field_too_long(errors, "[]", DATA_MAX); /* a path without a name, as Go prints it */
}

const strategy CONFIG_MAP_STRATEGY = {.validate = config_map_validate};

/* ---- secrets ---- */

/* What is written as text is kept as bytes. */
static void secret_defaults(json_t *obj)
{
    json_t *texts = doc_get(obj, "stringData"), *data, *value;
    const char *key;

    doc_default_text(obj, "type", "Opaque");
    if (!texts)
        return;
    data = doc_make(obj, "data");
    json_object_foreach(texts, key, value)
    {
        auto_buf out = BUF_INIT(LIMIT_OBJECT);
        base64_encode(json_string_value(value), json_string_length(value), &out);
        doc_set(data, key, json_stringn_nocheck(out.len ? out.data : "", out.len));
    }
    json_object_del(obj, "stringData");
}

/* "data[.dockercfg]" */
static bool check_key(const json_t *data, const char *key, field_errors *errors)
{
    if (json_object_get(data, key))
        return true;
    field_required(errors, PATH("data[%s]", key), "");
    return false;
}

static void check_docker(const json_t *data, const char *key, field_errors *errors)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);
    const char *encoded = doc_text(data, key), *path = PATH("data[%s]", key);
    json_auto_t *doc = NULL;
    size_t wrong;

    if (!check_key(data, key, errors) || !bytes_decode(encoded, strlen(encoded), &text, &wrong))
        return;
    doc = json_loadb(text.len ? text.data : "", text.len, JSON_DECODE_ANY, NULL);
    if (json_is_object(doc) || json_is_null(doc))
        return;
    if (doc)
        wrong_text(errors, path, "<secret contents redacted>",
                   "json: cannot unmarshal %s into Go value of type map[string]interface {}",
                   json_is_string(doc)   ? "string"
                   : json_is_array(doc)  ? "array"
                   : json_is_number(doc) ? "number"
                                         : "bool");
    else if (text.len && text.data[0] != '{')
        wrong_text(errors, path, "<secret contents redacted>", "invalid character '%c' looking for beginning of value",
                   text.data[0]);
    else
        wrong_text(errors, path, "<secret contents redacted>", "unexpected end of JSON input");
}

static void check_type(const json_t *obj, field_errors *errors)
{
    static const char account[] = "kubernetes.io/service-account.name";
    const json_t *data = doc_get(obj, "data");
    const char *type = doc_text(obj, "type");

    if (strcmp(type, "kubernetes.io/service-account-token") == 0) {
        if (!*doc_text(doc_at(obj, "metadata.annotations"), account))
            field_required(errors, PATH("metadata.annotations[%s]", account), "");
    } else if (strcmp(type, "kubernetes.io/dockercfg") == 0) {
        check_docker(data, ".dockercfg", errors);
    } else if (strcmp(type, "kubernetes.io/dockerconfigjson") == 0) {
        check_docker(data, ".dockerconfigjson", errors);
    } else if (strcmp(type, "kubernetes.io/basic-auth") == 0) {
        if (!json_object_get(data, "username") && !json_object_get(data, "password")) {
            check_key(data, "username", errors);
            check_key(data, "password", errors);
        }
    } else if (strcmp(type, "kubernetes.io/ssh-auth") == 0) {
        if (!*doc_text(data, "ssh-privatekey"))
            field_required(errors, "data[ssh-privatekey]", "");
    } else if (strcmp(type, "kubernetes.io/tls") == 0) {
        check_key(data, "tls.crt", errors);
        check_key(data, "tls.key", errors);
    }
}

static void secret_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    if (old) {
        meta_validate_update(obj, old, errors);
        check_immutable(errors, "type", doc_get(obj, "type"), doc_get(old, "type"));
        check_frozen(obj, old, CHOICE("data"), errors);
        meta_validate(c->res->names, obj, errors);
    }
    if (check_data(obj, "data", NULL, decoded_len, errors) > DATA_MAX)
        field_too_long(errors, "data", DATA_MAX);
    check_type(obj, errors);
}

static bool has_block(const json_t *data, const char *key)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);
    const char *encoded = doc_text(data, key);
    size_t wrong;

    return bytes_decode(encoded, strlen(encoded), &text, &wrong) && text.len && strstr(text.data, "-----BEGIN ");
}

/* Not more than whether there is something that could be a certificate and a key. */
static void secret_warn(call *c, const json_t *obj, const json_t *old)
{
    const json_t *data = doc_get(obj, "data");

    (void)old;
    if (!doc_is(obj, "type", "kubernetes.io/tls"))
        return;
    if (!has_block(data, "tls.crt"))
        call_warn(c, "tls: failed to find any PEM data in certificate input");
    else if (!has_block(data, "tls.key"))
        call_warn(c, "tls: failed to find any PEM data in key input");
}

const strategy SECRET_STRATEGY = {.defaults = secret_defaults, .validate = secret_validate, .warn = secret_warn};
