#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum format { TABLE, JSON, NAME };

typedef struct get {
    const cmd *self;
    cmd_common common;
    const char *kind_name, *name, *labels, *raw;
    enum format format;
    bool all;
    const opsdk_kind *kind;
    bool first; /* of a list */
} get;

/* "5d", "3h", "7m", "12s"; "?" when creationTimestamp is not what the server writes. */
static void print_age(const opsdk_object *obj)
{
    static const struct {
        char unit;
        long seconds;
    } units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    struct tm tm = {0};
    const char *end =
        strptime(opsdk_value_str(opsdk_at(obj, "/metadata/creationTimestamp"), ""), "%Y-%m-%dT%H:%M:%SZ", &tm);
    long age = end ? (long)(time(NULL) - timegm(&tm)) : -1;

    for (size_t i = 0; age >= 0 && i < 4; i++) {
        if (age >= units[i].seconds || units[i].unit == 's') {
            printf("%ld%c", age / units[i].seconds, units[i].unit);
            return;
        }
    }
    putchar('?');
}

static void print_column(const char *text, int width)
{
    int len = (int)strlen(text);

    cmd_print(text);
    printf("%*s", len < width ? width - len + 2 : 2, "");
}

static void print_row(get *g, const opsdk_object *obj)
{
    opsdk_key key = opsdk_object_key(obj);

    if (g->first && !g->kind->cluster_scoped)
        print_column("NAMESPACE", 20);
    if (g->first) {
        print_column("NAME", 44);
        puts("AGE");
    }
    if (!g->kind->cluster_scoped)
        print_column(key.ns ? key.ns : "", 20);
    print_column(key.name, 44);
    print_age(obj);
    putchar('\n');
}

static int print_json(const opsdk_object *obj)
{
    json_t *tree = cmd_document(obj);
    int r = tree ? json_dumpf(tree, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) : -1;

    json_decref(tree);
    putchar('\n');
    return r < 0 ? OPSDK_ENOMEM : 0;
}

static int print_object(const opsdk_object *obj, void *user)
{
    get *g = user;
    int r = 0;

    if (g->format == JSON)
        r = print_json(obj);
    else if (g->format == NAME) {
        cmd_print(g->kind->plural);
        putchar('/');
        cmd_print(opsdk_object_key(obj).name);
        putchar('\n');
    } else
        print_row(g, obj);
    g->first = false;
    return r < 0 ? r : ferror(stdout) ? OPSDK_EIO : 0;
}

static int ask(get *g, opsdk_client *c, opsdk_error *err)
{
    const char *ns = g->all ? NULL : opsdk_client_namespace(c);
    opsdk_auto_object *obj = NULL;
    opsdk_kind *own = NULL;
    int r = cmd_kind(c, g->kind_name, &g->kind, &own, err);

    if (r == 0 && g->name) {
        r = opsdk_get(c, OPSDK_KEY(g->kind, ns, g->name), &obj, err);
        if (r == 0)
            r = print_object(obj, g);
    } else if (r == 0)
        r = opsdk_list_each(c, g->kind, ns, &(opsdk_list_opts){.labels = g->labels}, print_object, g, err);
    obj = opsdk_object_unref(obj); /* before the kind it points to */
    free(own);
    return r;
}

static int ask_raw(const get *g, opsdk_client *c, opsdk_error *err)
{
    char *text = NULL;
    size_t len = 0;
    int r = opsdk_raw(c, "GET", g->raw, NULL, NULL, &text, &len, err);

    if (r == 0)
        fwrite(text, 1, len, stdout);
    free(text);
    return r;
}

static int connect_and_ask(get *g)
{
    opsdk_client *c = NULL;
    opsdk_error err = {0};
    int r = opsdk_client_new(&g->common.client, &c, &err);

    if (r == 0)
        r = g->raw ? ask_raw(g, c, &err) : ask(g, c, &err);
    opsdk_client_free(c);
    if (r == 0 && !g->raw && !g->name && g->first && g->format == TABLE)
        fputs("none\n", stderr);
    if (fflush(stdout) == EOF && r == 0)
        r = opsdk_error_set(&err, OPSDK_EIO, "standard output cannot be written");
    return r < 0 ? cmd_fail(g->self, &err) : CMD_OK;
}

static bool take_format(get *g, const char *text)
{
    if (strcmp(text, "json") != 0 && strcmp(text, "name") != 0)
        return false;
    g->format = strcmp(text, "json") == 0 ? JSON : NAME;
    return true;
}

/* The words that are no flags. */
static int take_words(get *g, int argc, char **argv)
{
    int words = argc - optind;

    if (g->raw)
        return words ? cmd_usage(g->self, "--raw goes without KIND") : CMD_OK;
    if (words < 1)
        return cmd_usage(g->self, "KIND is missing");
    if (words > 2)
        return cmd_usage(g->self, "\"%s\" is one word too many", argv[optind + 2]);
    g->kind_name = argv[optind];
    g->name = words > 1 ? argv[optind + 1] : NULL;
    if (g->name && g->labels)
        return cmd_usage(g->self, "-l goes with a list, not with NAME");
    if (g->name && g->all)
        return cmd_usage(g->self, "-A goes with a list, not with NAME");
    return CMD_OK;
}

static int take_flag(get *g, int option, char **argv)
{
    if (cmd_common_take(&g->common, option))
        return CMD_OK;
    switch (option) {
    case 'A':
        g->all = true;
        return CMD_OK;
    case 'l':
        g->labels = optarg;
        return CMD_OK;
    case 'r':
        g->raw = optarg;
        return CMD_OK;
    case 'o':
        return take_format(g, optarg) ? CMD_OK : cmd_usage(g->self, "-o is \"%s\", but must be json or name", optarg);
    default:
        return cmd_bad_flag(g->self, option, argv);
    }
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {CMD_COMMON_LONG,
                                          {"all-namespaces", no_argument, NULL, 'A'},
                                          {"selector", required_argument, NULL, 'l'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"raw", required_argument, NULL, 'r'},
                                          {0}};
    get g = {.self = self, .first = true};
    int option, r = CMD_OK;

    opterr = 0;
    while (r == CMD_OK && !g.common.help) {
        option = getopt_long(argc, argv, ":" CMD_COMMON_SHORT "Al:o:", flags, NULL);
        if (option < 0)
            break;
        r = take_flag(&g, option, argv);
    }
    if (g.common.help)
        return cmd_help(self);
    if (r == CMD_OK)
        r = take_words(&g, argc, argv);
    return r == CMD_OK ? connect_and_ask(&g) : r;
}

const cmd cmd_get = {"get",
                     "KIND [NAME] [-n NS | -A] [-l SELECTOR] [-o json|name] | --raw PATH",
                     "Shows objects: one, or all of a kind.",
                     "KIND is a kind, plural or short name, with \".group\" where it is ambiguous.\n"
                     "  -A, --all-namespaces     of all namespaces\n"
                     "  -l, --selector SELECTOR  only with these labels, such as app=x,tier!=db\n"
                     "  -o, --output json|name   one JSON document per line, or KIND/NAME; default: a table\n"
                     "  --raw PATH               what the server answers to this path, such as /version\n",
                     run,
                     NULL};
