#include "yaml_write.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void write_value(FILE *to, const json_t *value, int depth, bool in_list);

static void indent(FILE *to, int depth)
{
    fprintf(to, "%*s", 2 * depth, "");
}

/* What some reader of YAML takes for something else than a string. */
static bool is_special(const char *text)
{
    static const char *const words[] = {"null", "true", "false", "yes",  "no",   "on",
                                        "off",  "y",    "n",     ".nan", ".inf", ".Inf"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(text, words[i]) == 0)
            return true;
    }
    return *text == '.' && !isalpha((unsigned char)text[1]);
}

/* Words that need no quotes in a block. */
static bool is_plain(const char *text, size_t len)
{
    if (len == 0 || strlen(text) != len || is_special(text) || text[len - 1] == ' ' ||
        (!isalpha((unsigned char)*text) && !strchr("_./", *text)))
        return false;
    for (size_t i = 0; i < len; i++) {
        bool is_colon = text[i] == ':' && i + 1 < len && text[i + 1] != ' ';
        if (!isalnum((unsigned char)text[i]) && !strchr(" _./-;(),=+*'\"", text[i]) && !is_colon)
            return false;
    }
    return true;
}

static bool is_printable(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        /* 0xc2 0x80 to 0x9f are control characters, 0xe2 0x80 0xa8 and a9 line ends, 0xef 0xbb 0xbf a mark: JSON's escapes are for those. */
        if (c < 0x20 || c == 0x7f || c == 0xc2 || c == 0xe2 || c == 0xef)
            return false;
    }
    return true;
}

/* Lines that a block scalar gives back as they are. */
static bool is_block(const char *text, size_t len)
{
    bool starts = true;

    if (len == 0 || !memchr(text, '\n', len) || text[len - 1] == '\n')
        return false;
    for (size_t i = 0; i < len; i++) {
        bool is_end = text[i] == '\n';
        if (!is_end && (!is_printable(text + i, 1) || (starts && text[i] == ' ')))
            return false;
        if (is_end && i > 0 && text[i - 1] == ' ')
            return false;
        starts = is_end;
    }
    return text[0] != '\n' && text[len - 1] != ' ';
}

static void write_block(FILE *to, const char *text, int depth)
{
    fputs("|-\n", to);
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (n > 0)
            indent(to, depth);
        fprintf(to, "%.*s", (int)n, text);
        text += n;
        if (*text)
            fputc('\n', to), text++;
    }
}

static void write_text(FILE *to, const char *text, size_t len, int depth)
{
    char *escaped;
    json_t *string;

    if (is_plain(text, len)) {
        fputs(text, to);
    } else if (depth >= 0 && is_block(text, len)) {
        write_block(to, text, depth);
    } else if (is_printable(text, len)) {
        fputc('\'', to);
        for (size_t i = 0; i < len; i++)
            fprintf(to, text[i] == '\'' ? "''" : "%c", text[i]);
        fputc('\'', to);
    } else {
        string = json_stringn(text, len);
        escaped = json_dumps(string, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
        fputs(escaped ? escaped : "", to);
        free(escaped);
        json_decref(string);
    }
}

static void write_scalar(FILE *to, const json_t *value, int depth)
{
    if (json_is_string(value)) {
        write_text(to, json_string_value(value), json_string_length(value), depth);
        return;
    }
    if (json_object_size(value) == 0 && json_array_size(value) == 0)
        json_dumpf(value, to, JSON_ENCODE_ANY | JSON_COMPACT);
}

static bool is_empty(const json_t *value)
{
    return json_object_size(value) == 0 && json_array_size(value) == 0;
}

static void write_map(FILE *to, const json_t *map, int depth, bool in_list)
{
    bool first = in_list;

    for (void *it = json_object_iter((json_t *)map); it; it = json_object_iter_next((json_t *)map, it)) {
        if (!first)
            indent(to, depth);
        first = false;
        write_text(to, json_object_iter_key(it), strlen(json_object_iter_key(it)), -1);
        fputc(':', to);
        write_value(to, json_object_iter_value(it), depth + 1, false);
    }
}

static void write_list(FILE *to, const json_t *list, int depth)
{
    json_t *item;
    size_t i;

    json_array_foreach((json_t *)list, i, item)
    {
        indent(to, depth);
        fputc('-', to);
        write_value(to, item, depth + 1, true);
    }
}

/* A few short words stand on one line. */
static bool is_short(const json_t *list)
{
    size_t i, len = 0;
    json_t *item;

    json_array_foreach((json_t *)list, i, item)
    {
        const char *text = json_string_value(item);
        if (!text || strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-") !=
                         json_string_length(item))
            return false;
        len += json_string_length(item) + 2;
    }
    return len < 80;
}

static void write_short(FILE *to, const json_t *list)
{
    json_t *item;
    size_t i;

    fputc('[', to);
    json_array_foreach((json_t *)list, i, item)
    {
        fputs(i > 0 ? ", " : "", to);
        write_text(to, json_string_value(item), json_string_length(item), -1);
    }
    fputs("]\n", to);
}

/* Behind "name:" or "-", up to and with the line's end. */
static void write_value(FILE *to, const json_t *value, int depth, bool in_list)
{
    if (is_empty(value)) {
        fputc(' ', to);
        write_scalar(to, value, depth);
        fputc('\n', to);
    } else if (json_is_object(value)) {
        fputc(in_list ? ' ' : '\n', to);
        write_map(to, value, depth, in_list);
    } else if (is_short(value)) {
        fputc(' ', to);
        write_short(to, value);
    } else {
        fputc('\n', to);
        write_list(to, value, depth);
    }
}

void yaml_write(FILE *to, const json_t *value)
{
    if (json_is_object(value) && json_object_size(value) > 0)
        write_map(to, value, 0, false);
    else if (json_is_array(value) && json_array_size(value) > 0)
        write_list(to, value, 0);
    else
        write_scalar(to, value, -1), fputc('\n', to);
}
