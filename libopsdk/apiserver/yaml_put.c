#include "apiserver/yaml_put.h"
#include "apiserver/go_print.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static int on_bytes(void *user, unsigned char *data, size_t len)
{
    buf *out = user;

    buf_add(out, data, len);
    return !out->failed;
}

/* ---- texts that would be read as something else without quotes, by the rules of YAML 1.1 as Go's library has them ---- */

static bool is_word(const char *text)
{
    static const char *const words[] = {
        "",     "~",    "y",    "Y",    "n",     "N",     "yes",   "Yes",   "YES",   "no",    "No",    "NO",   "on",
        "On",   "ON",   "off",  "Off",  "OFF",   "true",  "True",  "TRUE",  "false", "False", "FALSE", "null", "Null",
        "NULL", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",  ".NaN", ".NAN"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], text) == 0)
            return true;
    return false;
}

/* Digits of a set, and underscores, which count for nothing; how many digits. */
static size_t skip(const char **at, const char *digits)
{
    size_t n = 0;

    for (; **at && (**at == '_' || strchr(digits, **at)); ++*at)
        n += **at != '_';
    return n;
}

#define DIGITS "0123456789"

static bool is_based(const char *at)
{
    const char *digits = strchr("xX", at[1]) ? DIGITS "abcdefABCDEF" : strchr("oO", at[1]) ? "01234567" : "01";

    at += 2;
    return skip(&at, digits) > 0 && !*at;
}

static bool is_number(const char *at)
{
    size_t whole, part = 0;

    at += *at == '+' || *at == '-';
    if (*at == '_')
        return false;
    if (at[0] == '0' && at[1] && strchr("xXoObB", at[1]))
        return is_based(at);
    whole = skip(&at, DIGITS);
    if (*at == '.') {
        at++;
        part = skip(&at, DIGITS);
    }
    if (whole + part == 0)
        return false;
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        if (skip(&at, DIGITS) == 0)
            return false;
    }
    return !*at;
}

/* 1 or 2 digits up to a limit. */
static bool take(const char **at, int least, int most)
{
    int value = 0, n = 0;

    for (; n < 2 && **at >= '0' && **at <= '9'; n++, ++*at)
        value = value * 10 + (**at - '0');
    return n > 0 && value >= least && value <= most;
}

/* Numbers to the base of 60: 190:20:30.15. */
static bool is_sixties(const char *at)
{
    at += *at == '+' || *at == '-';
    if (*at < '0' || *at > '9' || skip(&at, DIGITS) == 0 || *at != ':')
        return false;
    while (*at == ':') {
        at++;
        if (!take(&at, 0, 59))
            return false;
    }
    if (*at == '.') {
        at++;
        skip(&at, DIGITS);
    }
    return !*at;
}

static bool is_zone(const char *at)
{
    if (*at == 'Z')
        return !at[1];
    if (*at != '+' && *at != '-')
        return false;
    at++;
    if (!take(&at, 0, 24) || *at++ != ':')
        return false;
    return take(&at, 0, 60) && !*at;
}

static bool is_day(const char **at)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    long year = strtol(*at, NULL, 10), month;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (strspn(*at, DIGITS) != 4 || (*at)[4] != '-')
        return false;
    *at += 5;
    month = strtol(*at, NULL, 10);
    if (!take(at, 1, 12) || *(*at)++ != '-')
        return false;
    return take(at, 1, days[month - 1] + (month == 2 && leap));
}

/* 2006-1-2, 2006-1-2 15:4:5.9, 2006-1-2T15:4:5.9Z */
static bool is_time(const char *at)
{
    char between;

    if (!is_day(&at))
        return false;
    between = *at;
    if (!between)
        return true;
    at++;
    if (!strchr("Tt ", between) || !take(&at, 0, 23) || *at++ != ':' || !take(&at, 0, 59) || *at++ != ':' ||
        !take(&at, 0, 59))
        return false;
    if (*at == '.') {
        at++;
        at += strspn(at, DIGITS);
    }
    return between == ' ' ? !*at : is_zone(at);
}

static bool needs_quotes(const char *text)
{
    return is_word(text) || is_number(text) || is_sixties(text) || is_time(text);
}

/* ---- */

static int put_text(yaml_emitter_t *e, const char *text, size_t len)
{
    yaml_event_t event;
    yaml_scalar_style_t style = memchr(text, '\n', len) ? YAML_LITERAL_SCALAR_STYLE
                                : needs_quotes(text)    ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                                                        : YAML_PLAIN_SCALAR_STYLE;

    return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)len, 1, 1, style) &&
           yaml_emitter_emit(e, &event);
}

/* Numbers, true, false and null. */
static int put_plain(yaml_emitter_t *e, const json_t *v)
{
    auto_buf text = BUF_INIT(64);
    yaml_event_t event;

    go_show(&text, v);
    if (json_is_null(v)) {
        buf_reset(&text);
        buf_puts(&text, "null");
    }
    return !text.failed &&
           yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text.data, (int)text.len, 1, 1,
                                        YAML_PLAIN_SCALAR_STYLE) &&
           yaml_emitter_emit(e, &event);
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

/* libyaml marks the end of a document whose last text ends with empty lines; Go's library does not.  No other line can be this one. */
static void drop_end(buf *out)
{
    static const char end[] = "\n...\n";
    size_t len = sizeof(end) - 1;

    if (out->len < len || memcmp(out->data + out->len - len, end, len) != 0)
        return;
    out->len -= len - 1;
    out->data[out->len] = '\0';
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
    if (!r || out->failed)
        return -1;
    drop_end(out);
    return 0;
}
