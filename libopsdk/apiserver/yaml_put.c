#include "apiserver/yaml_put.h"
#include "core/scalar.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static int on_bytes(void *user, unsigned char *data, size_t len)
{
    buf *out = user;

    buf_add(out, data, len);
    return !out->failed;
}

/* Would it be read as something else without quotes?  The words are those of YAML 1.1. */
static bool needs_quotes(const char *text, size_t len)
{
    static const char *const words[] = {"y", "yes", "n", "no", "on", "off", "true", "false", "null", "~", "<<", "="};
    const char *why;
    json_auto_t *value = scalar_read(text, len, &why);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(words[i], text) == 0)
            return true;
    return !json_is_string(value) || (len > 0 && strspn(text, "0123456789:.+-_TZ ") == len);
}

static int put_text(yaml_emitter_t *e, const char *text, size_t len)
{
    yaml_event_t event;
    yaml_scalar_style_t style = memchr(text, '\n', len)   ? YAML_LITERAL_SCALAR_STYLE
                                : needs_quotes(text, len) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                                                          : YAML_PLAIN_SCALAR_STYLE;

    return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)len, 1, 1, style) &&
           yaml_emitter_emit(e, &event);
}

/* Numbers, true, false and null stand as in JSON. */
static int put_plain(yaml_emitter_t *e, const json_t *v)
{
    char *text = json_dumps(v, JSON_ENCODE_ANY);
    yaml_event_t event;
    int r = text &&
            yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), 1, 1,
                                         YAML_PLAIN_SCALAR_STYLE) &&
            yaml_emitter_emit(e, &event);

    free(text);
    return r;
}

static int put(yaml_emitter_t *e, const json_t *v);

static int put_list(yaml_emitter_t *e, const json_t *v)
{
    yaml_event_t event;
    size_t n = json_array_size(v);

    if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                              n ? YAML_BLOCK_SEQUENCE_STYLE : YAML_FLOW_SEQUENCE_STYLE) ||
        !yaml_emitter_emit(e, &event))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (!put(e, json_array_get(v, i)))
            return 0;
    return yaml_sequence_end_event_initialize(&event) && yaml_emitter_emit(e, &event);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int put_members(yaml_emitter_t *e, const json_t *v)
{
    size_t n = 0;
    const char **names = calloc(json_object_size(v) + 1, sizeof(*names)), *name;
    json_t *value;
    int r = names != NULL;

    json_object_foreach((json_t *)v, name, value) if (names) names[n++] = name;
    if (n > 1)
        qsort(names, n, sizeof(*names), by_name);
    for (size_t i = 0; r && i < n; i++)
        r = put_text(e, names[i], strlen(names[i])) && put(e, json_object_get(v, names[i]));
    free(names);
    return r;
}

static int put_map(yaml_emitter_t *e, const json_t *v)
{
    yaml_event_t event;
    bool some = json_object_size(v) > 0;

    if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
                                             some ? YAML_BLOCK_MAPPING_STYLE : YAML_FLOW_MAPPING_STYLE) ||
        !yaml_emitter_emit(e, &event))
        return 0;
    return put_members(e, v) && yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(e, &event);
}

static int put(yaml_emitter_t *e, const json_t *v)
{
    if (json_is_object(v))
        return put_map(e, v);
    if (json_is_array(v))
        return put_list(e, v);
    return json_is_string(v) ? put_text(e, json_string_value(v), json_string_length(v)) : put_plain(e, v);
}

static int put_document(yaml_emitter_t *e, const json_t *doc)
{
    yaml_event_t event;

    if (!yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) || !yaml_emitter_emit(e, &event))
        return 0;
    if (!yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) || !yaml_emitter_emit(e, &event))
        return 0;
    if (!put(e, doc) || !yaml_document_end_event_initialize(&event, 1) || !yaml_emitter_emit(e, &event))
        return 0;
    return yaml_stream_end_event_initialize(&event) && yaml_emitter_emit(e, &event);
}

int yaml_put(const json_t *doc, buf *out)
{
    yaml_emitter_t e;
    int r;

    if (!yaml_emitter_initialize(&e))
        return -1;
    yaml_emitter_set_output(&e, on_bytes, out);
    yaml_emitter_set_unicode(&e, 1);
    yaml_emitter_set_width(&e, -1);
    r = put_document(&e, doc);
    yaml_emitter_delete(&e);
    return r && !out->failed ? 0 : -1;
}
