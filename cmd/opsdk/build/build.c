/* opsdk build: the operator, and an image of it, without a daemon. */
#include "../cmd.h"

#include "../file.h"
#include "base.h"
#include "libraries.h"
#include "manifest.h"
#include "push.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LISTS 64 /* of --add, and of --env */
#define WORDS 64 /* of the entry point */

typedef struct build {
    const cmd *self;
    reference image;
    const char *program, *base, *out, *manifest, *user;
    const char *add[LISTS], *env[LISTS + 2], *words[WORDS + 2];
    size_t n_add, n_env, n_words;
    bool no_make, no_program, bare, push, help;
    push_opts to;
    char *own_program, *own_out, *installed, *work;
    tree below, top, in_base; /* libraries and data, which change rarely; the program; what the base has */
    image made;
} build;

static int no_memory(opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

/* The program is called as the Deployment is, and so is what make builds. */
static int find_program(build *b, opsdk_error *err)
{
    auto_free char *name = NULL;
    int r;

    if (b->no_program || b->program)
        return 0;
    r = manifest_name("deploy/operator.yaml", &name, err);
    if (r == OPSDK_ENOTFOUND)
        return opsdk_error_set(err, r,
                               "no deploy/operator.yaml here: not the folder of an operator; else say --program FILE");
    if (r < 0)
        return r;
    b->program = b->own_program = file_format("build/%s", name);
    return b->program ? 0 : no_memory(err);
}

static int make(const build *b, opsdk_error *err)
{
    int r;

    if (b->no_make)
        return 0;
    r = file_run((const char *const[]){"make", NULL}, NULL, err);
    if (r == 0 && b->program && access(b->program, X_OK) < 0)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "make did not build %s: say --program FILE", b->program);
    return r;
}

/* What certificates, names of users and zones a program expects of a system. */
static int add_system(build *b, opsdk_error *err)
{
    static const char authorities[] = "/etc/ssl/certs/ca-certificates.crt", zones[] = "/usr/share/zoneinfo";
    tree *t = &b->below;
    int r = tree_dir(t, "tmp", 01777, err);

    if (r == 0)
        r = tree_text(t, "etc/passwd", 0644, "root:x:0:0::/:/sbin/nologin\nnonroot:x:65532:65532::/:/sbin/nologin\n",
                      err);
    if (r == 0)
        r = tree_text(t, "etc/group", 0644, "root:x:0:\nnonroot:x:65532:\n", err);
    if (r == 0)
        r = tree_text(t, "etc/nsswitch.conf", 0644, "hosts: files dns\n", err);
    if (r == 0 && access(authorities, R_OK) == 0)
        r = tree_copy(t, authorities, authorities, false, err);
    else if (r == 0)
        fprintf(stderr, "opsdk build: no %s here: the image knows no certificate authorities\n", authorities);
    if (r == 0 && access(zones, R_OK) == 0)
        r = tree_copy(t, zones, zones, false, err);
    else if (r == 0)
        fprintf(stderr, "opsdk build: no %s here: the image knows no time zones but UTC\n", zones);
    return r;
}

/* Without symbols, if there is a program that takes them away. */
static int add_program(build *b, opsdk_error *err)
{
    auto_free char *bare = file_format("%s/program", b->work);
    const char *name = b->program ? strrchr(b->program, '/') : NULL, *from = bare;
    int r;

    if (!b->program)
        return 0;
    b->installed = file_format("/usr/local/bin/%s", name ? name + 1 : b->program);
    if (!bare || !b->installed)
        return no_memory(err);
    r = libraries_add(&b->below, b->program, &(libraries_around){.base = &b->in_base}, err);
    if (r == 0 && file_run((const char *const[]){"strip", "-o", bare, b->program, NULL}, NULL, NULL) < 0)
        from = b->program;
    return r == 0 ? tree_file(&b->top, b->installed, 0755, from, err) : r;
}

/* SOURCE:PLACE. */
static int add_more(build *b, const char *spec, opsdk_error *err)
{
    const char *colon = strrchr(spec, ':');
    auto_free char *given = colon ? strndup(spec, (size_t)(colon - spec)) : NULL;
    auto_free char *from = given ? realpath(given, NULL) : NULL;
    libraries_around around = {.root = from, .added = &b->top, .base = &b->in_base};
    size_t begin = b->top.len;
    int r;

    if (!colon || colon[1] != '/' || colon == spec)
        return opsdk_error_set(err, OPSDK_EINVAL, "--add %s: is not FILE:/PLACE/IN/THE/IMAGE", spec);
    if (!from)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "--add %s: %s", given ? given : spec, strerror(errno));
    r = tree_copy(&b->top, colon + 1, from, false, err);
    for (size_t i = begin, end = b->top.len; r == 0 && i < end; i++)
        if (b->top.items[i].from)
            r = libraries_add(&b->below, b->top.items[i].from, &around, err);
    return r;
}

static int add_layer(build *b, tree *t, const char *name, opsdk_error *err)
{
    char *file = file_format("%s/%s.tar", b->work, name);
    uint64_t size = 0;
    digest d;
    int r;

    if (!file || t->len == 0) {
        free(file);
        return t->len == 0 ? 0 : no_memory(err);
    }
    /* Over another's folders none of ours, whose permissions may differ and which may be links there. */
    r = tree_write(t, !b->base, file, &d, &size, err);
    if (r == 0)
        return image_add(&b->made, file, IMAGE_MEDIA_LAYER, &d, &d, size, err);
    free(file);
    return r;
}

static int collect(build *b, opsdk_error *err)
{
    int r = b->base ? base_add(&b->made, b->base, b->work, &b->in_base, err) : 0;

    if (r == 0 && !b->base && !b->bare)
        r = add_system(b, err);
    if (r == 0)
        r = add_program(b, err);
    for (size_t i = 0; r == 0 && i < b->n_add; i++)
        r = add_more(b, b->add[i], err);
    if (r == 0)
        r = add_layer(b, &b->below, "libraries", err);
    return r == 0 ? add_layer(b, &b->top, "program", err) : r;
}

static int finish(build *b, opsdk_error *err)
{
    image *i = &b->made;
    int r;

    if (!b->base && !b->bare) /* where OpenSSL looks depends on who built it */
        b->env[b->n_env] = "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt";
    if (b->n_words == 0 && b->installed)
        b->words[0] = b->installed;
    i->name = b->image;
    i->user = b->user ? b->user : "65532:65532";
    i->env = b->env;
    i->entrypoint = b->words;
    r = image_finish(i, err);
    return r == 0 ? image_write(i, b->out, err) : r;
}

static int set_name(const build *b, opsdk_error *err)
{
    bool given = b->manifest != NULL;
    const char *path = given ? b->manifest : "deploy/operator.yaml";
    int r;

    if (!*path || (!given && !file_exists(path)))
        return 0;
    r = manifest_set_image(path, b->image.given, err);
    if (r == 1)
        printf("%s: image is %s now\n", path, b->image.given);
    return r < 0 ? r : 0;
}

static int name_output(build *b, opsdk_error *err)
{
    const char *name = strrchr(b->image.repository, '/');

    if (!b->out)
        b->out = b->own_out = file_format("%s.tar", name ? name + 1 : b->image.repository);
    b->work = b->out ? file_format("%s.parts-XXXXXX", b->out) : NULL;
    if (!b->work)
        return no_memory(err);
    if (file_parents(b->out, err) < 0)
        return err->code;
    return mkdtemp(b->work) ? 0 : opsdk_error_set(err, OPSDK_EIO, "%s: %s", b->work, strerror(errno));
}

static int run_all(build *b, opsdk_error *err)
{
    int r = find_program(b, err);

    if (r == 0)
        r = make(b, err);
    if (r == 0)
        r = name_output(b, err);
    if (r == 0)
        r = collect(b, err);
    if (r == 0)
        r = finish(b, err);
    if (r == 0)
        r = set_name(b, err);
    if (r == 0)
        printf("%s: %s@%s\n", b->out, b->image.given, b->made.digest.text);
    if (r == 0 && b->push)
        r = push_image(&b->made, &b->to, err);
    return r;
}

static void clear(build *b)
{
    if (b->work)
        file_remove_tree(b->work);
    image_clear(&b->made);
    tree_clear(&b->below);
    tree_clear(&b->top);
    tree_clear(&b->in_base);
    free(b->own_program);
    free(b->own_out);
    free(b->installed);
    free(b->work);
}

enum { F_PROGRAM = 2000, F_NO_PROGRAM, F_ADD, F_BASE, F_BARE, F_USER, F_MANIFEST, F_NO_MAKE, F_PUSH, F_PLAIN, F_CA };

static const struct option flags[] = {{"program", required_argument, NULL, F_PROGRAM},
                                      {"no-program", no_argument, NULL, F_NO_PROGRAM},
                                      {"add", required_argument, NULL, F_ADD},
                                      {"base", required_argument, NULL, F_BASE},
                                      {"bare", no_argument, NULL, F_BARE},
                                      {"user", required_argument, NULL, F_USER},
                                      {"env", required_argument, NULL, 'e'},
                                      {"output", required_argument, NULL, 'o'},
                                      {"manifest", required_argument, NULL, F_MANIFEST},
                                      {"no-make", no_argument, NULL, F_NO_MAKE},
                                      {"push", no_argument, NULL, F_PUSH},
                                      {"plain-http", no_argument, NULL, F_PLAIN},
                                      {"ca", required_argument, NULL, F_CA},
                                      {"help", no_argument, NULL, CMD_HELP},
                                      {0}};

static bool take_word(build *b, int option)
{
    switch (option) {
    case F_PROGRAM:
        b->program = optarg;
        return true;
    case F_BASE:
        b->base = optarg;
        return true;
    case F_USER:
        b->user = optarg;
        return true;
    case 'o':
        b->out = optarg;
        return true;
    case F_MANIFEST:
        b->manifest = optarg;
        return true;
    case F_CA:
        b->to.ca = optarg;
        return true;
    default:
        return false;
    }
}

static bool take_switch(build *b, int option)
{
    bool *const of[] = {&b->no_program, &b->bare, &b->no_make, &b->push, &b->to.plain_http, &b->help};
    static const int options[] = {F_NO_PROGRAM, F_BARE, F_NO_MAKE, F_PUSH, F_PLAIN, CMD_HELP};

    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
        if (options[i] != option)
            continue;
        *of[i] = true;
        return true;
    }
    return false;
}

static int take_flag(build *b, int option, char **argv)
{
    const char **list = option == F_ADD ? b->add : b->env;
    size_t *n = option == F_ADD ? &b->n_add : &b->n_env;

    if (take_word(b, option) || take_switch(b, option))
        return CMD_OK;
    if (option != F_ADD && option != 'e')
        return cmd_bad_flag(b->self, option, argv);
    if (*n == LISTS)
        return cmd_usage(b->self, "more than %d of one flag", LISTS);
    if (option == 'e' && !strchr(optarg, '='))
        return cmd_usage(b->self, "--env %s: is not NAME=VALUE", optarg);
    list[(*n)++] = optarg;
    return CMD_OK;
}

/* What follows "--" is the entry point; getopt has moved it behind the image. */
static int take_words(build *b, int argc, char **argv)
{
    opsdk_error err = {0};

    if (optind >= argc)
        return cmd_usage(b->self, "IMAGE is missing");
    if (reference_parse(argv[optind], &b->image, &err) < 0)
        return cmd_usage(b->self, "%s", err.message);
    for (int i = optind + 1; i < argc; i++) {
        if (b->n_words == WORDS)
            return cmd_usage(b->self, "more than %d words of an entry point", WORDS);
        b->words[b->n_words++] = argv[i];
    }
    if (b->no_program && !b->base && b->n_words == 0)
        return cmd_usage(b->self, "without program and base the entry point is missing: -- WORD...");
    return CMD_OK;
}

static int run(const cmd *self, int argc, char **argv)
{
    build b = {.self = self};
    opsdk_error err = {0};
    int r = CMD_OK;

    opterr = 0;
    for (int o; r == CMD_OK && !b.help && (o = getopt_long(argc, argv, ":e:o:", flags, NULL)) != -1;)
        r = take_flag(&b, o, argv);
    if (b.help)
        return cmd_help(self);
    if (r == CMD_OK)
        r = take_words(&b, argc, argv);
    if (r != CMD_OK)
        return r;
    r = run_all(&b, &err);
    clear(&b);
    return r < 0 ? cmd_fail(self, &err) : CMD_OK;
}

const cmd cmd_build = {
    .name = "build",
    .synopsis = "IMAGE [FLAGS] [-- ENTRYPOINT...]",
    .summary = "Builds the operator of this folder and an image of it, without a daemon.",
    .help =
        "Runs make, packs the program, the shared objects that it needs, certificates and time zones into NAME.tar, "
        "for docker load,\n"
        "podman load and ctr images import, and writes IMAGE into its line of deploy/operator.yaml.  Equal input gives "
        "equal digests.\n"
        "  -o, --output FILE     default: the last part of IMAGE, and .tar\n"
        "  --base DIR|IMAGE.tar  default: nothing at all; shared objects that are in the base are taken from there\n"
        "  --add FILE:/PLACE     a file or folder more, with the shared objects of its programs; may be given again\n"
        "  --program FILE        default: build/NAME, with the Deployment's name\n"
        "  --no-program          only what --base and --add give\n"
        "  --no-make             the program is built already\n"
        "  --bare                no certificates, time zones, users\n"
        "  --user UID[:GID]      default: 65532:65532\n"
        "  -e, --env NAME=VALUE  may be given again\n"
        "  --manifest FILE       default: deploy/operator.yaml, if there is one; \"\": none\n"
        "  --push                sends it to the registry that IMAGE names; who you are says ~/.docker/config.json or "
        "auth.json\n"
        "  --plain-http          without TLS, as always for localhost\n"
        "  --ca FILE             of the registry's certificate\n",
    .run = run,
};
