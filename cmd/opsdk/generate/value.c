#include "value.h"

#include <opsdk/yaml.h>
#include <string.h>

char *value_text(pool *p, const char *text)
{
    size_t n = strlen(text);
    json_t *string;

    if (n < 2 || !strchr("\"'`", text[0]) || text[n - 1] != text[0])
        return pool_text(p, text, n);
    string = text[0] == '"' ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    if (!string)
        return pool_text(p, text + 1, n - 2);
    return pool_text(p, json_string_value(pool_json(p, string)), json_string_length(string));
}

json_t *value_any(pool *p, const char *text)
{
    json_t *value = NULL;

    if (*text == '`')
        return pool_json(p, json_string(value_text(p, text)));
    if (opsdk_yaml_parse("the value", text, strlen(text), &value, NULL) < 0)
        return NULL;
    return pool_json(p, value);
}

/* Where the text up to one of the stops ends: not inside of quotes and brackets. */
static size_t until(const char *text, const char *stops)
{
    size_t i = 0;
    int depth = 0;

    for (; text[i] && (depth > 0 || !strchr(stops, text[i])); i++) {
        const char *close = strchr("\"'`", text[i]) ? strchr(text + i + 1, text[i]) : NULL;

        while (close && *close == '"' && close[-1] == '\\')
            close = strchr(close + 1, '"');
        depth += strchr("([{", text[i]) != NULL;
        depth -= strchr(")]}", text[i]) != NULL && depth > 0;
        if (close)
            i = (size_t)(close - text);
    }
    return i;
}

json_t *value_list(pool *p, const char *text)
{
    json_t *list = pool_json(p, json_array());
    size_t n = strlen(text);
    const char *stops = ";";

    if (n >= 2 && text[0] == '{' && text[n - 1] == '}') {
        text = pool_text(p, text + 1, n - 2);
        stops = ",";
    }
    while (*text) {
        size_t len = until(text, stops);
        const char *from = text + strspn(text, " ");
        size_t lead = (size_t)(from - text);

        json_array_append_new(list, json_string(value_text(p, pool_text(p, from, len > lead ? len - lead : 0))));
        text += len;
        text += *text != '\0';
    }
    return list;
}

bool value_argument(pool *p, const char **at, char **ret_name, char **ret_value)
{
    const char *text = *at + strspn(*at, " ");
    size_t name = strcspn(text, "=,"), value;

    if (!*text)
        return false;
    *ret_name = pool_text(p, text, name);
    *ret_value = NULL;
    text += name;
    if (*text == '=') {
        value = until(++text, ",");
        *ret_value = pool_text(p, text, value);
        text += value;
    }
    *at = text + (*text == ',');
    return true;
}
