#include "apiserver/kinds/image.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static bool is_lower(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Letters and digits with one of . _ __ or any number of - between. */
static bool is_component(const char *text, size_t len)
{
    size_t i = 0;

    while (i < len) {
        size_t run = 0, from = i;
        for (; i < len && is_lower(text[i]); i++)
            run++;
        if (run == 0)
            return false;
        if (i == len)
            return true;
        from = i;
        while (i < len && !is_lower(text[i]) && text[i] == text[from])
            i++;
        if (i == len || (text[from] == '.' && i - from > 1) || (text[from] == '_' && i - from > 2) ||
            !strchr("._-", text[from]))
            return false;
    }
    return false;
}

static bool is_domain(const char *text, size_t len)
{
    bool has = len == 9 && strncmp(text, "localhost", 9) == 0;

    for (size_t i = 0; i < len; i++) {
        has |= text[i] == '.' || text[i] == ':' || isupper((unsigned char)text[i]);
        if (!isalnum((unsigned char)text[i]) && !strchr(".:-[]", text[i]))
            return false;
    }
    return has;
}

static bool is_path(const char *text, size_t len)
{
    while (len > 0) {
        const char *slash = memchr(text, '/', len);
        size_t part = slash ? (size_t)(slash - text) : len;
        if (!is_component(text, part))
            return false;
        if (!slash)
            return true;
        text += part + 1;
        len -= part + 1;
    }
    return false;
}

static bool is_tag(const char *text, size_t len)
{
    if (len == 0 || len > 128 || text[0] == '.' || text[0] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("_.-", text[i]))
            return false;
    return true;
}

bool image_is_latest(const char *image)
{
    const char *digest = strchr(image, '@'), *slash = strchr(image, '/'), *tag = NULL;
    size_t len = digest ? (size_t)(digest - image) : strlen(image), name = len;

    for (const char *p = image + len; p > image && *p != '/'; p--)
        if (*p == ':')
            tag = p + 1;
    if (tag) {
        name = (size_t)(tag - image) - 1;
        if (!is_tag(tag, len - name - 1))
            return false;
    }
    if (slash && (size_t)(slash - image) < name && is_domain(image, (size_t)(slash - image))) {
        name -= (size_t)(slash - image) + 1;
        image = slash + 1;
    }
    if (!is_path(image, name))
        return false;
    return tag ? strcspn(tag, "@") == 6 && strncmp(tag, "latest", 6) == 0 : !digest;
}
