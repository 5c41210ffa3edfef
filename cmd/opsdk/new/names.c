#include "names.h"

#include "../generate/names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LABEL 63

/* What <opsdk.h> or the compiler have already: "typedef struct time" would not compile. */
static bool is_taken(const char *word)
{
    static const char words[] = " abort abs access acct alarm atexit atof atol bind brk bsearch calloc ceil chdir "
                                "chmod chown chroot clock close connect "
                                "copysign cos creat crypt ctime daemon div dup eof erf exec exit exp fabs fclose feof "
                                "file floor flock fma fmax fmin fmod "
                                "fork fread free frexp fsync ftell fwrite gamma getc getenv gets handler hypot index "
                                "init ioctl isatty jn kill labels labs "
                                "ldexp lgamma link listen lldiv lockf log logb lseek main malloc memchr memcmp memcpy "
                                "modf nan nice null open optarg optind "
                                "opterr optopt owner pause pipe poll pow printf putc puts putw qsort raise rand random "
                                "read realloc recv remainder remove "
                                "rename report reset rewind rindex rint round sample scanf scenario select send setenv "
                                "signal sin sinh sleep socket sqrt "
                                "srand stat stderr stdin stdout strcat strchr strcpy strdup strlen strstr swab symlink "
                                "sync syscall sysconf system tan tanh "
                                "time times tmpfile trunc truncate umask ungetc unlink usleep utime vfork wait wrong "
                                "write y0 y1 yn j0 j1 timeout timezone "
                                "tzset ulong uint ushort useconds daylight environ deployment app mine follows keeps "
                                "refuses namespace status spec ";
    char padded[40];

    return snprintf(padded, sizeof(padded), " %s ", word) < (int)sizeof(padded) && strstr(words, padded);
}

const char *resource_c_name(pool *p, const char *kind)
{
    const char *name = names_snake(p, kind);
    size_t len = strlen(name);

    if (name[len - 1] == '_') /* a keyword */
        return pool_format(p, "%sobject", name);
    if (len < 3 || is_taken(name) || strncmp(name, "opsdk", 5) == 0 || strncmp(name, "json", 4) == 0 ||
        strncmp(name, "is", 2) == 0 || strncmp(name, "to", 2) == 0 || strncmp(name, "str", 3) == 0 ||
        strncmp(name, "mem", 3) == 0)
        return pool_format(p, "%s_object", name);
    return name;
}

static const char *guard_of(pool *p, const char *version)
{
    char *text = names_upper(p, version);

    for (char *c = text; *c; c++)
        *c = isalnum((unsigned char)*c) ? *c : '_';
    return text;
}

static bool ends(const char *text, const char *with)
{
    size_t n = strlen(text), m = strlen(with);

    return n >= m && strcmp(text + n - m, with) == 0 && (n == m || text[n - m - 1] == '.');
}

static const char *check_group(const char *group)
{
    if (ends(group, "k8s.io") || ends(group, "kubernetes.io"))
        return "belongs to the Kubernetes project, and servers refuse resources of others there";
    return names_check_group(group);
}

static int check(const char *what, const char *name, const char *wrong, opsdk_error *err)
{
    return wrong ? opsdk_error_set(err, OPSDK_EINVAL, "%s \"%.100s\" %s", what, name, wrong) : 0;
}

static int check_all(pool *p, const resource_names *n, opsdk_error *err)
{
    int r = check("group", n->group, check_group(n->group), err);
    const char *crd = pool_format(p, "%s.%s", n->plural, n->group);

    if (r == 0)
        r = check("version", n->version, names_check_version(n->version), err);
    if (r == 0)
        r = check("kind", n->kind, *n->kind ? names_check_kind(n->kind) : "is empty", err);
    if (r == 0)
        r = check("plural", n->plural, names_check_resource(n->plural), err);
    return r == 0 ? check("plural.group", crd, names_check_crd(crd), err) : r;
}

int resource_names_make(pool *p, const char *api_version, const char *kind, const char *plural, bool cluster_scoped,
                        resource_names *ret, opsdk_error *err)
{
    const char *slash = strchr(api_version, '/');
    resource_names n = {.kind = kind, .cluster_scoped = cluster_scoped};
    int r;

    if (!slash || slash == api_version || strchr(slash + 1, '/'))
        return opsdk_error_set(err, OPSDK_EINVAL,
                               "--api-version \"%.100s\" is not GROUP/VERSION, such as example.com/v1alpha1",
                               api_version);
    n.group = pool_text(p, api_version, (size_t)(slash - api_version));
    n.version = slash + 1;
    n.plural = plural ? plural : names_plural(p, kind);
    r = check_all(p, &n, err);
    if (r < 0)
        return r;
    n.singular = names_lower(p, kind);
    n.c = resource_c_name(p, kind);
    n.upper = names_upper(p, n.c);
    n.guard = guard_of(p, n.version);
    *ret = n;
    return 0;
}

int project_name_check(const char *name, opsdk_error *err)
{
    const char *wrong = NULL;

    if (strlen(name) > LABEL)
        wrong = "is longer than 63 characters, and it becomes a label";
    else if (names_check_resource(name))
        wrong = "must begin with a small letter and go on with small letters, digits and dashes: it becomes the "
                "Deployment's name";
    return check("name", name, wrong, err);
}
