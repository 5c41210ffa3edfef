#include "manifest.h"

#include "../documents.h"
#include "../file.h"

#include <string.h>

typedef struct span {
    const char *at; /* the value in an "image:" line, without quotes */
    size_t len;
} span;

/* The value of a line "image: value # comment" or "- image: value"; len 0 if it is none. */
static span value_in(const char *line, size_t len)
{
    const char *p = line, *end = line + len;
    span s = {0};
    char quote = 0;

    while (p < end && strchr(" \t-", *p))
        p++;
    if (end - p < 7 || strncmp(p, "image:", 6) != 0 || !strchr(" \t", p[6]))
        return s;
    p += 6;
    while (p < end && strchr(" \t", *p))
        p++;
    if (p < end && strchr("\"'", *p))
        quote = *p++;
    s.at = p;
    while (p < end && (quote ? *p != quote : !strchr(" \t\r", *p)))
        p++;
    s.len = (size_t)(p - s.at);
    return s;
}

static size_t name_len(const char *image, size_t len)
{
    size_t n = len;

    for (size_t i = len; i > 0 && image[i - 1] != '/'; i--)
        if (image[i - 1] == ':' || image[i - 1] == '@')
            n = i - 1;
    return n;
}

static bool same_name(span s, const char *image)
{
    size_t n = name_len(s.at, s.len);

    return n == name_len(image, strlen(image)) && memcmp(s.at, image, n) == 0;
}

static int find_value(const char *path, const char *text, const char *image, span *ret, opsdk_error *err)
{
    size_t all = 0, alike = 0;
    span any = {0}, same = {0};

    for (const char *line = text, *next; *line; line = next) {
        size_t len = strcspn(line, "\n");
        span s = value_in(line, len);

        next = line + len + (line[len] != '\0');
        if (!s.at)
            continue;
        any = s;
        all++;
        if (same_name(s, image)) {
            same = s;
            alike++;
        }
    }
    if (all == 0)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: has no line \"image: NAME\" to write the image's name into",
                               path);
    if (all > 1 && alike != 1)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: has %zu images, and %s the name of %s: say which by hand", path,
                               all, alike ? "several have" : "none has", image);
    *ret = all == 1 ? any : same;
    return 0;
}

int manifest_set_image(const char *path, const char *image, opsdk_error *err)
{
    auto_free char *text = NULL, *changed = NULL;
    span s = {0};
    int r = file_read(path, &text, NULL, err);

    if (r == 0)
        r = find_value(path, text, image, &s, err);
    if (r < 0)
        return r;
    if (s.len == strlen(image) && memcmp(s.at, image, s.len) == 0)
        return 0;
    changed = file_format("%.*s%s%s", (int)(s.at - text), text, image, s.at + s.len);
    if (!changed)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    r = file_write(path, changed, strlen(changed), 0644, err);
    return r < 0 ? r : 1;
}

int manifest_name(const char *path, char **ret, opsdk_error *err)
{
    json_t *documents = NULL;
    const char *name;
    int r = documents_read(path, &documents, err);

    if (r < 0)
        return r;
    name = documents_string(documents_find(documents, "Deployment"), "metadata", "name", NULL);
    *ret = name ? strdup(name) : NULL;
    json_decref(documents);
    return *ret ? 0 : opsdk_error_set(err, OPSDK_EINVAL, "%s: has no Deployment with a name", path);
}
