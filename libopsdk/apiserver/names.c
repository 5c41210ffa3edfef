#include "apiserver/names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define SUBDOMAIN LABEL "(\\." LABEL ")*"
#define KEY "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
#define REGEX(re) "regex used for validation is '" re "')"

/* The server counts characters here and bytes there, in its words; always bytes in fact. */
static const char long_63[] = "must be no more than 63 characters", long_253[] = "must be no more than 253 characters",
                  long_value[] = "must be no more than 63 bytes";
static const char no_subdomain[] =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', " REGEX(SUBDOMAIN);
static const char no_label[] =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', " REGEX(LABEL);
static const char no_1035[] =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', " REGEX("[a-z]([-a-z0-9]*[a-z0-9])?");
#define NO_KEY                                                                                                         \
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " \
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', " REGEX(KEY)
static const char no_value[] =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', " REGEX("(" KEY ")?");
static const char no_config_key[] =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', " REGEX("[-._a-zA-Z0-9]+");
static const char no_wildcard[] =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
    "lower "
    "case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', " REGEX(
        "\\*\\." SUBDOMAIN);

typedef struct wrongs {
    const char **list;
    size_t n;
} wrongs;

static void add(wrongs *w, bool wrong, const char *message)
{
    if (wrong && w->n < NAME_WRONGS)
        w->list[w->n++] = message;
}

enum { LOWER = 1, UPPER = 2, DASH = 4, DOT = 8, LINE = 16 };

static unsigned class_of(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return LOWER;
    if (c >= 'A' && c <= 'Z')
        return UPPER;
    return c == '-' ? DASH : c == '.' ? DOT : c == '_' ? LINE : 0;
}

static bool is_of(char c, unsigned allowed)
{
    return (class_of(c) & allowed) != 0;
}

static bool is_lower_alnum(char c)
{
    return is_of(c, LOWER);
}

static bool is_alnum(char c)
{
    return is_of(c, LOWER | UPPER);
}

static bool is_label_n(const char *text, size_t len)
{
    if (len == 0 || !is_lower_alnum(text[0]) || !is_lower_alnum(text[len - 1]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_of(text[i], LOWER | DASH))
            return false;
    return true;
}

static bool is_subdomain_n(const char *text, size_t len)
{
    const char *end = text + len;

    for (;; text++) {
        const char *dot = memchr(text, '.', (size_t)(end - text)), *stop = dot ? dot : end;
        if (!is_label_n(text, (size_t)(stop - text)))
            return false;
        text = stop;
        if (!dot)
            return true;
    }
}

static bool is_subdomain(const char *text)
{
    return is_subdomain_n(text, strlen(text));
}

static bool is_made_of(const char *text, unsigned allowed)
{
    while (is_of(*text, allowed))
        text++;
    return !*text;
}

static bool is_key_name(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && is_alnum(text[0]) && is_alnum(text[len - 1]) &&
           is_made_of(text, LOWER | UPPER | DASH | LINE | DOT);
}

static void check_subdomain(const char *value, wrongs *w)
{
    add(w, strlen(value) > 253, long_253);
    add(w, !is_subdomain(value), no_subdomain);
}

static void check_label(const char *value, wrongs *w)
{
    add(w, strlen(value) > 63, long_63);
    if (!is_label_n(value, strlen(value)))
        add(w, true, is_subdomain(value) ? "must not contain dots" : no_label);
}

static void check_1035(const char *value, wrongs *w)
{
    add(w, strlen(value) > 63, long_63);
    add(w, !is_label_n(value, strlen(value)) || isdigit((unsigned char)*value), no_1035);
}

static void check_segment(const char *value, wrongs *w)
{
    if (strcmp(value, ".") == 0)
        add(w, true, "may not be '.'");
    else if (strcmp(value, "..") == 0)
        add(w, true, "may not be '..'");
    add(w, strchr(value, '/') != NULL, "may not contain '/'");
    add(w, strchr(value, '%') != NULL, "may not contain '%'");
}

static void check_prefix(const char *value, size_t len, wrongs *w)
{
    add(w, len == 0, "prefix part must be non-empty");
    if (len == 0)
        return;
    add(w, len > 253, "prefix part must be no more than 253 bytes");
    add(w, !is_subdomain_n(value, len),
        "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
        "and "
        "must start and end with an alphanumeric character (e.g. 'example.com', " REGEX(SUBDOMAIN));
}

static void check_qualified(const char *value, wrongs *w)
{
    const char *slash = strchr(value, '/'), *name = slash ? slash + 1 : value;

    if (slash && strchr(name, '/')) {
        add(w, true,
            "a valid label key " NO_KEY " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        return;
    }
    if (slash)
        check_prefix(value, (size_t)(slash - value), w);
    add(w, !*name, "name part must be non-empty");
    add(w, strlen(name) > 63, "name part must be no more than 63 bytes");
    add(w, !is_key_name(name), "name part " NO_KEY);
}

static void check_dots(const char *value, wrongs *w)
{
    if (strcmp(value, ".") == 0)
        add(w, true, "must not be '.'");
    else if (strcmp(value, "..") == 0)
        add(w, true, "must not be '..'");
    else
        add(w, strncmp(value, "..", 2) == 0, "must not start with '..'");
}

static void check_config_key(const char *value, wrongs *w)
{
    add(w, strlen(value) > 253, long_253);
    add(w, !*value || !is_made_of(value, LOWER | UPPER | DASH | DOT | LINE), no_config_key);
    check_dots(value, w);
}

static void check_environment(const char *value, wrongs *w)
{
    const char *p = value;

    add(w, !*value, "environment variable name must be non-empty");
    while (*p >= 0x20 && *p < 0x7f && *p != '=')
        p++;
    add(w, *p != '\0',
        "a valid environment variable name must consist only of printable ASCII characters other than '='");
}

static void check_port(const char *value, wrongs *w)
{
    size_t len = strlen(value);
    bool letter = false, wrong = len == 0;

    for (const char *p = value; *p; p++) {
        letter |= *p >= 'a' && *p <= 'z';
        wrong |= !is_lower_alnum(*p) && *p != '-';
    }
    add(w, len > 15, "must be no more than 15 characters");
    add(w, wrong, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    add(w, !letter, "must contain at least one letter (a-z)");
    add(w, strstr(value, "--") != NULL, "must not contain consecutive hyphens");
    add(w, len > 0 && (value[0] == '-' || value[len - 1] == '-'), "must not begin or end with a hyphen");
}

static void check_wildcard(const char *value, wrongs *w)
{
    add(w, strlen(value) > 253, long_253);
    add(w, strncmp(value, "*.", 2) != 0 || !is_subdomain(value + 2), no_wildcard);
}

static void check_percent(const char *value, wrongs *w)
{
    size_t len = strspn(value, "0123456789");

    add(w, len == 0 || strcmp(value + len, "%") != 0,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', " REGEX(
            "[0-9]+%"));
}

size_t name_check(enum name_rule rule, const char *value, const char *ret[NAME_WRONGS])
{
    wrongs w = {ret, 0};

    switch (rule) {
    case NAME_DNS_SUBDOMAIN:
        check_subdomain(value, &w);
        break;
    case NAME_DNS_LABEL:
        check_label(value, &w);
        break;
    case NAME_DNS_1035_LABEL:
        check_1035(value, &w);
        break;
    case NAME_PATH_SEGMENT:
        check_segment(value, &w);
        break;
    case NAME_QUALIFIED:
        check_qualified(value, &w);
        break;
    case NAME_LABEL_VALUE:
        add(&w, strlen(value) > 63, long_value);
        add(&w, *value && !is_key_name(value), no_value);
        break;
    case NAME_CONFIG_KEY:
        check_config_key(value, &w);
        break;
    case NAME_ENVIRONMENT:
        check_environment(value, &w);
        break;
    case NAME_PORT:
        check_port(value, &w);
        break;
    case NAME_HTTP_HEADER:
        add(&w, !*value || !is_made_of(value, LOWER | UPPER | DASH),
            "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', " REGEX(
                "[-A-Za-z0-9]+"));
        break;
    case NAME_PERCENT:
        check_percent(value, &w);
        break;
    case NAME_WILDCARD_SUBDOMAIN:
        check_wildcard(value, &w);
        break;
    }
    return w.n;
}

bool name_is(enum name_rule rule, const char *value)
{
    const char *wrong[NAME_WRONGS];

    return name_check(rule, value, wrong) == 0;
}

/* What is wrong with checked, told of shown. */
static void report(enum name_rule rule, const char *checked, const char *shown, const char *path, field_errors *errors)
{
    const char *wrong[NAME_WRONGS];
    size_t n = name_check(rule, checked, wrong);
    json_t *value = n ? json_string(shown) : NULL;

    for (size_t i = 0; i < n; i++)
        field_invalid(errors, path, value, "%s", wrong[i]);
    json_decref(value);
}

void name_validate(enum name_rule rule, const char *value, const char *path, field_errors *errors)
{
    report(rule, value, value, path, errors);
}

void name_validate_prefix(enum name_rule rule, const char *value, const char *path, field_errors *errors)
{
    size_t len = strlen(value);
    char *masked;

    if (rule == NAME_PATH_SEGMENT && (strcmp(value, ".") == 0 || strcmp(value, "..") == 0))
        return;
    masked = strdup(value);
    if (!masked)
        return;
    if (rule != NAME_PATH_SEGMENT && len > 1 && masked[len - 1] == '-') {
        masked[len - 2] = 'a';
        masked[len - 1] = '\0';
    }
    report(rule, masked, value, path, errors);
    free(masked);
}

void labels_validate(const json_t *labels, const char *path, field_errors *errors)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)labels, key, value)
    {
        name_validate(NAME_QUALIFIED, key, path, errors);
        name_validate(NAME_LABEL_VALUE, json_string_value(value) ? json_string_value(value) : "", path, errors);
    }
}

#define ANNOTATIONS_MAX (256 << 10)

static void lower_case(const char *text, char *room, size_t len)
{
    size_t i = 0;

    for (; text[i] && i < len - 1; i++)
        room[i] = (char)tolower((unsigned char)text[i]);
    room[i] = '\0';
}

void annotations_validate(const json_t *annotations, const char *path, field_errors *errors)
{
    size_t total = 0;
    const char *key;
    json_t *value;
    char lower[1024];

    json_object_foreach((json_t *)annotations, key, value)
    {
        lower_case(key, lower, sizeof(lower));
        report(NAME_QUALIFIED, lower, key, path, errors);
        total += strlen(key) + json_string_length(value);
    }
    if (total > ANNOTATIONS_MAX)
        field_too_long(errors, path, ANNOTATIONS_MAX);
}
