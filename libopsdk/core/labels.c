#include "core/labels.h"

#include <opsdk/error.h>
#include <string.h>

#define LONGEST 320 /* of a name with its prefix: 253 + 1 + 63 */
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./"

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t");
}

/* A name or value up to what is neither; NULL when it is too long. */
static const char *read_word(const char *p, char ret[LONGEST])
{
    size_t len;

    p = skip_space(p);
    len = strspn(p, LETTERS);
    if (len >= LONGEST)
        return NULL;
    memcpy(ret, p, len);
    ret[len] = '\0';
    return skip_space(p + len);
}

/* One of the terms between commas; *at goes behind it. */
static int match_term(const char **at, const opsdk_object *obj)
{
    const char *p = skip_space(*at), *value;
    char name[LONGEST], wanted[LONGEST] = "";
    bool not = *p == '!';

    p = read_word(p + not, name);
    if (!p || !*name)
        return OPSDK_EINVAL;
    value = opsdk_object_label(obj, name);
    *at = p;
    if (*p == ',' || !*p)
        return (value != NULL) != not ;
    if (not || (*p != '=' && strncmp(p, "!=", 2) != 0))
        return OPSDK_EINVAL;
    not = *p == '!';
    p = read_word(p + (p[1] == '=' ? 2 : 1), wanted);
    if (!p)
        return OPSDK_EINVAL;
    *at = p;
    return (value && strcmp(value, wanted) == 0) != not ;
}

int labels_match(const char *selector, const opsdk_object *obj)
{
    bool all = true;

    for (const char *at = skip_space(selector); *at;) {
        int r = match_term(&at, obj);
        if (r < 0 || (*at && *at != ','))
            return OPSDK_EINVAL;
        all = all && r > 0;
        at += *at == ',';
    }
    return all;
}
