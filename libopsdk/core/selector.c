#include <opsdk/selector.h>
#include <string.h>

/* Every part is looked at even when the answer is known, so that a malformed selector is always refused. */

/* NULL for what is no string, and for one that holds a NUL: cut there it would name another label. */
static const char *text_of(opsdk_value v)
{
    const char *text = opsdk_value_str(v, NULL);

    return text && strlen(text) == opsdk_value_len(v) ? text : NULL;
}

static int match_labels(opsdk_value map, const char *where, const opsdk_object *obj, opsdk_error *err)
{
    opsdk_value key = {0}, item = {0};
    bool match = true;

    while (opsdk_value_next(map, &key, &item)) {
        const char *name = text_of(key), *value = text_of(item);
        const char *label = name ? opsdk_object_label(obj, name) : NULL;
        if (!name)
            return opsdk_error_set(err, OPSDK_EINVAL, "selector: a label's name holds a NUL character");
        if (!value)
            return opsdk_error_set(err, OPSDK_EINVAL, "selector: %s%s must be a string", where, name);
        match = match && label && strcmp(label, value) == 0;
    }
    return match;
}

static int find_label(opsdk_value values, size_t i, const char *label, opsdk_error *err)
{
    opsdk_value item = {0};
    bool found = false;

    while (opsdk_value_next(values, NULL, &item)) {
        const char *value = text_of(item);
        if (!value)
            return opsdk_error_set(err, OPSDK_EINVAL, "selector: matchExpressions[%zu].values must hold strings", i);
        found = found || (label && strcmp(label, value) == 0);
    }
    return found;
}

static bool is_empty(opsdk_value v)
{
    enum opsdk_type type = opsdk_value_type(v);

    return type == OPSDK_ABSENT || type == OPSDK_NULL || (type == OPSDK_ARRAY && opsdk_value_len(v) == 0);
}

/* In and NotIn have values, Exists and DoesNotExist have none; a label that is not there is in no set. */
static int match_expression(opsdk_value e, size_t i, const opsdk_object *obj, opsdk_error *err)
{
    const char *key = text_of(opsdk_value_member(e, "key"));
    const char *op = opsdk_value_str(opsdk_value_member(e, "operator"), "");
    opsdk_value values = opsdk_value_member(e, "values");
    bool in = strcmp(op, "In") == 0, exists = strcmp(op, "Exists") == 0;
    const char *label = key ? opsdk_object_label(obj, key) : NULL;
    int found;

    if (!key || !*key)
        return opsdk_error_set(err, OPSDK_EINVAL, "selector: matchExpressions[%zu].key must be a label's name", i);
    if (exists || strcmp(op, "DoesNotExist") == 0) {
        if (!is_empty(values))
            return opsdk_error_set(err, OPSDK_EINVAL, "selector: matchExpressions[%zu].values must be empty with %s", i,
                                   op);
        return exists == (label != NULL);
    }
    if (!in && strcmp(op, "NotIn") != 0)
        return opsdk_error_set(err, OPSDK_EINVAL,
                               "selector: matchExpressions[%zu].operator must be In, NotIn, Exists or DoesNotExist", i);
    if (opsdk_value_type(values) != OPSDK_ARRAY || opsdk_value_len(values) == 0)
        return opsdk_error_set(err, OPSDK_EINVAL, "selector: matchExpressions[%zu].values must list values for %s", i,
                               op);
    found = find_label(values, i, label, err);
    return found < 0 ? found : in == (found > 0);
}

static int match_expressions(opsdk_value list, const opsdk_object *obj, opsdk_error *err)
{
    opsdk_value item = {0};
    bool match = true;

    for (size_t i = 0; opsdk_value_next(list, NULL, &item); i++) {
        int r = match_expression(item, i, obj, err);
        if (r < 0)
            return r;
        match = match && r > 0;
    }
    return match;
}

static bool is_type(opsdk_value v, enum opsdk_type wanted)
{
    enum opsdk_type type = opsdk_value_type(v);

    return type == wanted || type == OPSDK_NULL;
}

/* {} is both and matches everything either way. */
static bool is_full(opsdk_value selector)
{
    opsdk_value key = {0}, item = {0};

    while (opsdk_value_next(selector, &key, &item)) {
        const char *name = opsdk_value_str(key, "");
        if (!(strcmp(name, "matchLabels") == 0 && is_type(item, OPSDK_MAP)) &&
            !(strcmp(name, "matchExpressions") == 0 && is_type(item, OPSDK_ARRAY)))
            return false;
    }
    return true;
}

int opsdk_selector_match(opsdk_value selector, const opsdk_object *obj, opsdk_error *err)
{
    int labels, expressions;

    if (opsdk_value_type(selector) == OPSDK_ABSENT || opsdk_value_type(selector) == OPSDK_NULL)
        return 0;
    if (opsdk_value_type(selector) != OPSDK_MAP)
        return opsdk_error_set(err, OPSDK_EINVAL, "selector: it must be a map");
    if (!is_full(selector))
        return match_labels(selector, "", obj, err);

    labels = match_labels(opsdk_value_member(selector, "matchLabels"), "matchLabels.", obj, err);
    if (labels < 0)
        return labels;
    expressions = match_expressions(opsdk_value_member(selector, "matchExpressions"), obj, err);
    return expressions < 0 ? expressions : labels && expressions;
}
