/* A selector on the first line, labels on the second; the answer is that of a second, naive reading of the rules. */
#include <opsdk.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int selector_labels(json_t *wanted, json_t *labels)
{
    const char *key;
    json_t *value;
    int answer = 1;

    json_object_foreach(wanted, key, value)
    {
        if (!json_is_string(value))
            return OPSDK_EINVAL;
        if (!json_equal(value, json_object_get(labels, key)))
            answer = 0;
    }
    return answer;
}

static int selector_expression(json_t *e, json_t *labels)
{
    const char *key = json_string_value(json_object_get(e, "key")),
               *op = json_string_value(json_object_get(e, "operator"));
    json_t *values = json_object_get(e, "values"), *value, *label;
    bool in = false;
    size_t i;

    if (!key || !*key || !op)
        return OPSDK_EINVAL;
    label = json_object_get(labels, key);
    label = json_is_string(label) ? label : NULL;
    if (strcmp(op, "Exists") == 0 || strcmp(op, "DoesNotExist") == 0) {
        if (values && !json_is_null(values) && !(json_is_array(values) && json_array_size(values) == 0))
            return OPSDK_EINVAL;
        return (*op == 'E') == (label != NULL);
    }
    if ((strcmp(op, "In") != 0 && strcmp(op, "NotIn") != 0) || json_array_size(values) == 0)
        return OPSDK_EINVAL;
    json_array_foreach(values, i, value)
    {
        if (!json_is_string(value))
            return OPSDK_EINVAL;
        in = in || (label && json_equal(label, value));
    }
    return in == (*op == 'I');
}

static int selector_expected(json_t *s, json_t *labels)
{
    json_t *l = json_object_get(s, "matchLabels"), *e = json_object_get(s, "matchExpressions"), *item;
    size_t members = (l && (json_is_object(l) || json_is_null(l))) + (e && (json_is_array(e) || json_is_null(e))), i;
    int answer, r;

    if (!s || json_is_null(s))
        return 0;
    if (!json_is_object(s))
        return OPSDK_EINVAL;
    if (members != json_object_size(s))
        return selector_labels(s, labels);
    answer = selector_labels(l, labels);
    json_array_foreach(e, i, item)
    {
        r = selector_expression(item, labels);
        answer = answer < 0 || r < 0 ? OPSDK_EINVAL : answer && r;
    }
    return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *line = memchr(text, '\n', size);
    size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, first = line ? (size_t)(line - text) : 0;
    json_t *selector = json_loadb(text, first, flags, NULL), *labels = NULL;
    opsdk_auto_object *obj = NULL, *holder = NULL;

    if (line)
        labels = json_loadb(line, size - first, flags, NULL);
    /* no oracle for NUL: flags lack JSON_ALLOW_NUL, so that there is none */
    if (selector && labels &&
        opsdk_object_from_json(NULL, json_pack("{s:{s:O}}", "metadata", "labels", labels), &obj, NULL) == 0 &&
        opsdk_object_from_json(NULL, json_pack("{s:O}", "s", selector), &holder, NULL) == 0 &&
        opsdk_selector_match(opsdk_at(holder, "/s"), obj, NULL) != selector_expected(selector, labels))
        abort();
    json_decref(selector);
    json_decref(labels);
    return 0;
}
