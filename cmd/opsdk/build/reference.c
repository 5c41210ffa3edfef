#include "reference.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Parts of lower-case letters and digits, joined by '/', and within by '.', '_', '__' or dashes. */
static const char *check_repository(const char *s)
{
    if (s[strspn(s, LOWER "/._-")])
        return s[strcspn(s, UPPER)] ? "has an upper-case letter, and names of images have none"
                                    : "has a character that names of images cannot have";
    if (!*s || strchr("/._-", *s) || strchr("/._-", s[strlen(s) - 1]) || strstr(s, "//") || strstr(s, "..") ||
        strstr(s, "./") || strstr(s, "/.") || strstr(s, "/-") || strstr(s, "-/"))
        return "has an empty part, or one that does not begin and end with a letter or digit";
    return NULL;
}

static const char *check_tag(const char *s)
{
    if (!*s || *s == '.' || *s == '-' || s[strspn(s, LOWER UPPER "._-")])
        return "has a tag that is none: letters, digits, '.', '_' and '-', not first '.' or '-'";
    return NULL;
}

/* The first part names a registry if it looks like a host. */
static bool names_registry(const char *text, size_t len)
{
    return memchr(text, '.', len) || memchr(text, ':', len) || (len == 9 && memcmp(text, "localhost", 9) == 0);
}

static const char *split(const char *text, reference *r)
{
    const char *slash = strchr(text, '/');
    const char *rest = slash && names_registry(text, (size_t)(slash - text)) ? slash + 1 : text;
    const char *colon = strrchr(rest, ':');
    size_t len = colon ? (size_t)(colon - rest) : strlen(rest);

    if ((size_t)(rest - text) > sizeof(r->registry) || len + 9 > sizeof(r->repository) ||
        (colon && strlen(colon + 1) >= sizeof(r->tag)))
        return "is too long: 255 bytes for the registry and for the rest, 128 for the tag";
    snprintf(r->registry, sizeof(r->registry), "%.*s", rest > text ? (int)(rest - text - 1) : 9,
             rest > text ? text : "docker.io");
    snprintf(r->repository, sizeof(r->repository), "%s%.*s", rest == text && !slash ? "library/" : "", (int)len, rest);
    snprintf(r->tag, sizeof(r->tag), "%s", colon ? colon + 1 : "latest");
    return NULL;
}

int reference_parse(const char *text, reference *ret, opsdk_error *err)
{
    reference r = {0};
    const char *wrong = strchr(text, '@') ? "names a digest, which only comes out of the build" : split(text, &r);

    if (!wrong)
        wrong = check_repository(r.repository);
    if (!wrong)
        wrong = check_tag(r.tag);
    if (!wrong && r.registry[strspn(r.registry, LOWER UPPER ".:-[]")])
        wrong = "has a registry that is no host";
    if (wrong)
        return opsdk_error_set(err, OPSDK_EINVAL, "image \"%s\" %s", text, wrong);
    snprintf(r.full, sizeof(r.full), "%s/%s:%s", r.registry, r.repository, r.tag);
    snprintf(r.given, sizeof(r.given), "%s%s%s", text,
             strchr(strrchr(text, '/') ? strrchr(text, '/') : text, ':') ? "" : ":",
             strchr(strrchr(text, '/') ? strrchr(text, '/') : text, ':') ? "" : r.tag);
    *ret = r;
    return 0;
}
