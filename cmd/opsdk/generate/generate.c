/* opsdk generate: tables, CRDs and RBAC from types.h and the sources. */
#include "../cmd.h"
#include "crd.h"
#include "emit.h"
#include "load.h"
#include "rbac.h"
#include "scan.h"
#include "yaml_write.h"

#include <string.h>

enum { WHAT_K8S = 1, WHAT_CRDS = 2, WHAT_RBAC = 4 };

typedef struct generate {
    const cmd *self;
    const char *dir, *deploy;
    int what;
    output out;
    project *project;
    bool help;
} generate;

static void write_documents(FILE *to, const void *list)
{
    json_t *item;
    size_t i;

    json_array_foreach((json_t *)list, i, item)
    {
        fputs(i > 0 ? "---\n" : "", to);
        yaml_write(to, item);
    }
}

static int emit_all(generate *g, opsdk_error *err)
{
    pool *mem = g->project->pool;
    json_t *crds = crd_all(g->project), *rbac = NULL;
    int r = 0;

    if (g->what & WHAT_RBAC) {
        scan_sources(g->project, g->dir);
        rbac = rbac_all(g->project);
    }
    if (g->project->problems > 0)
        return OPSDK_EINVAL;
    if (g->what & WHAT_K8S)
        r = emit_tables(g->project, &g->out, err);
    if (r == 0 && (g->what & WHAT_CRDS) && json_array_size(crds) > 0)
        r = emit_file(&g->out, pool_format(mem, "%s/crd.yaml", g->deploy), "types.h", write_documents, crds, err);
    if (r == 0 && rbac)
        r = emit_file(&g->out, pool_format(mem, "%s/rbac.yaml", g->deploy), "types.h and the sources", write_documents,
                      rbac, err);
    return r;
}

static int work(generate *g)
{
    auto_pool *mem = pool_new();
    project p = {.pool = mem, .say = stderr};
    opsdk_error err = {0};
    int r = 0;

    g->project = &p;
    g->out.say = g->out.check ? stderr : stdout;
    if (!g->deploy)
        g->deploy = strcmp(g->dir, ".") == 0 ? "deploy" : pool_format(mem, "%s/deploy", g->dir);
    load_types(&p, strcmp(g->dir, ".") == 0 ? "api" : pool_format(mem, "%s/api", g->dir));
    if (p.problems == 0)
        r = emit_all(g, &err);
    if (p.problems > 0)
        return CMD_FAILED;
    if (r < 0)
        return cmd_fail(g->self, &err);
    return g->out.stale > 0 || g->out.edited > 0 ? CMD_FAILED : CMD_OK;
}

static int take_word(generate *g, const char *word)
{
    static const struct {
        const char *word;
        int what;
    } words[] = {
        {"k8s", WHAT_K8S}, {"crds", WHAT_CRDS}, {"rbac", WHAT_RBAC}, {"all", WHAT_K8S | WHAT_CRDS | WHAT_RBAC}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i].word) != 0)
            continue;
        g->what |= words[i].what;
        return CMD_OK;
    }
    return cmd_usage(g->self, "there is no word \"%s\"; there are k8s, crds, rbac and all", word);
}

static int take_flag(generate *g, int option, char **argv)
{
    switch (option) {
    case 'd':
        g->dir = optarg;
        return CMD_OK;
    case 'D':
        g->deploy = optarg;
        return CMD_OK;
    case 'c':
        g->out.check = true;
        return CMD_OK;
    case 'f':
        g->out.force = true;
        return CMD_OK;
    case CMD_HELP:
        g->help = true;
        return CMD_OK;
    default:
        return cmd_bad_flag(g->self, option, argv);
    }
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {
        {"dir", required_argument, NULL, 'd'}, {"deploy", required_argument, NULL, 'D'},
        {"check", no_argument, NULL, 'c'},     {"force", no_argument, NULL, 'f'},
        {"help", no_argument, NULL, CMD_HELP}, {0}};
    generate g = {.self = self, .dir = "."};
    int option, r = CMD_OK;

    opterr = 0;
    while (r == CMD_OK && !g.help && (option = getopt_long(argc, argv, ":", flags, NULL)) != -1)
        r = take_flag(&g, option, argv);
    if (g.help)
        return cmd_help(self);
    for (int i = optind; r == CMD_OK && i < argc; i++)
        r = take_word(&g, argv[i]);
    if (r != CMD_OK)
        return r;
    if (g.what == 0)
        g.what = WHAT_K8S | WHAT_CRDS | WHAT_RBAC;
    return work(&g);
}

const cmd cmd_generate = {
    .name = "generate",
    .synopsis = "[k8s|crds|rbac|all]... [--dir DIR] [--deploy DIR] [--check] [--force]",
    .summary = "Writes tables, CRDs and RBAC from types.h and the sources.",
    .help = "k8s writes api/*/types_gen.h and .c, crds deploy/crd.yaml, rbac deploy/rbac.yaml; all is the default.\n"
            "  --dir DIR      the project; default: this folder\n"
            "  --deploy DIR   where the manifests go; default: deploy in the project\n"
            "  --check        writes nothing; fails when a file is stale and names it\n"
            "  --force        overwrites also what somebody has edited\n",
    .words = "k8s crds rbac all",
    .run = run,
};
