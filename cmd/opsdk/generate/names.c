#include "names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LABEL 63      /* of DNS: one part of a name */
#define SUBDOMAIN 253 /* of DNS: a whole name */
#define LIST 4        /* "List" is put behind a kind */

static bool ends(const char *text, const char *with)
{
    size_t n = strlen(text), m = strlen(with);

    return n >= m && strcmp(text + n - m, with) == 0;
}

char *names_lower(pool *p, const char *name)
{
    char *text = pool_text(p, name, strlen(name));

    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return text;
}

char *names_upper(pool *p, const char *c_name)
{
    char *text = pool_text(p, c_name, strlen(c_name));

    for (char *c = text; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return text;
}

char *names_plural(pool *p, const char *kind)
{
    char *name = names_lower(p, kind);
    size_t n = strlen(name);

    if (ends(name, "s") || ends(name, "x") || ends(name, "ch") || ends(name, "sh"))
        return pool_format(p, "%ses", name);
    if (n > 1 && ends(name, "y") && !strchr("aeiou", name[n - 2]))
        return pool_format(p, "%.*sies", (int)(n - 1), name);
    return pool_format(p, "%ss", name);
}

char *names_kind(pool *p, const char *c_name)
{
    char *text = pool_text(p, c_name, strlen(c_name)), *to = text;
    bool up = true;

    for (const char *c = c_name; *c; c++) {
        if (*c == '_') {
            up = true;
            continue;
        }
        *to++ = up ? (char)toupper((unsigned char)*c) : *c;
        up = false;
    }
    *to = '\0';
    return text;
}

char *names_json(pool *p, const char *c_name)
{
    char *text = names_kind(p, c_name);

    *text = c_name[0] == '_' ? *text : c_name[0];
    return text;
}

/* A capital begins a word, but in a row of capitals only the last one before a small letter: podIP, JMXExporter. */
static bool begins_word(const char *name, size_t i)
{
    if (i == 0 || !isupper((unsigned char)name[i]))
        return false;
    return islower((unsigned char)name[i - 1]) || isdigit((unsigned char)name[i - 1]) ||
           (isupper((unsigned char)name[i - 1]) && islower((unsigned char)name[i + 1]));
}

char *names_snake(pool *p, const char *name)
{
    size_t n = strlen(name), len = 0;
    char *text = pool_alloc(p, 2 * n + 4);

    if (isdigit((unsigned char)*name))
        text[len++] = 'n';
    for (size_t i = 0; i < n; i++) {
        bool is_word = isalnum((unsigned char)name[i]) != 0;
        if (len > 0 && text[len - 1] != '_' && (!is_word || begins_word(name, i)))
            text[len++] = '_';
        if (is_word)
            text[len++] = (char)tolower((unsigned char)name[i]);
    }
    while (len > 0 && text[len - 1] == '_')
        len--;
    text[len] = '\0';
    if (len == 0)
        memcpy(text, "field", 6);
    return names_is_keyword(text) ? pool_format(p, "%s_", text) : text;
}

bool names_is_keyword(const char *word)
{
    static const char words[] =
        " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class "
        "co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype "
        "default delete do double dynamic_cast else enum errno explicit export extern false float for friend goto if "
        "inline int linux long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected "
        "public register reinterpret_cast requires restrict return short signed sizeof static static_assert "
        "static_cast struct switch template this thread_local throw true try typedef typeid typename union unix "
        "unsigned using virtual void volatile wchar_t while xor xor_eq ";
    char padded[40];

    return snprintf(padded, sizeof(padded), " %s ", word) < (int)sizeof(padded) && strstr(words, padded);
}

/* A label of DNS; with first_letter also its first character is a letter. */
static bool is_label(const char *text, size_t len, bool first_letter)
{
    if (len == 0 || len > LABEL || text[0] == '-' || text[len - 1] == '-' ||
        (first_letter && isdigit((unsigned char)text[0])))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) && text[i] != '-')
            return false;
    }
    return true;
}

static const char *check_subdomain(const char *name)
{
    if (strlen(name) > SUBDOMAIN)
        return "is longer than 253 characters";
    for (const char *part = name;; part++) {
        size_t n = strcspn(part, ".");
        if (!is_label(part, n, false))
            return "is no DNS name: parts of small letters, digits and dashes, at most 63 characters each, with dots "
                   "between";
        part += n;
        if (!*part)
            return NULL;
    }
}

const char *names_check_group(const char *group)
{
    if (!strchr(group, '.'))
        return "needs a dot, such as example.com: Kubernetes keeps groups without one for itself";
    return check_subdomain(group);
}

const char *names_check_version(const char *version)
{
    return is_label(version, strlen(version), true)
               ? NULL
               : "is no version such as v1 or v1alpha1: small letters, digits and dashes, at most 63 characters";
}

const char *names_check_kind(const char *kind)
{
    size_t n = strlen(kind);

    if (n > LABEL - LIST)
        return "is longer than 59 characters: with \"List\" behind it a kind may have 63";
    if (!isupper((unsigned char)*kind))
        return "must begin with a capital letter";
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)kind[i]))
            return "may have only letters and digits";
    }
    return NULL;
}

const char *names_check_resource(const char *plural)
{
    if (strlen(plural) > LABEL)
        return "is longer than 63 characters";
    return is_label(plural, strlen(plural), true)
               ? NULL
               : "must begin with a small letter and go on with small letters, digits and dashes";
}

const char *names_check_crd(const char *name)
{
    return strlen(name) > SUBDOMAIN ? "is longer than 253 characters" : NULL;
}
