/* opsdk import: types.h and tables for a resource that somebody else has defined. */
#include "../cmd.h"
#include "../documents.h"
#include "../generate/emit.h"
#include "../generate/load.h"
#include "from_crd.h"
#include "types_write.h"

#include <string.h>

static const opsdk_kind CRD = {"apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions",
                               true};

typedef struct import {
    const cmd *self;
    const char *dir, *version, *cluster, *file;
    cmd_common common;
    output out;
    project *project;
} import;

static void write_types(FILE *to, const void *u)
{
    types_write(to, u);
}

/* The version's folder below one that is called as the definition. */
static int import_one(import *m, const json_t *crd, opsdk_error *err)
{
    pool *mem = m->project->pool;
    const char *folder, *name;
    unit *u;
    int r = from_crd(m->project, crd, m->version, &u, err);

    if (r < 0)
        return r;
    name = u->path; /* of the definition */
    if (strchr(name, '/') || *name == '.' || strchr(u->version, '/') || *u->version == '.')
        return opsdk_error_set(err, OPSDK_EINVAL, "%s, version %s: no name for a folder", name, u->version);
    folder = pool_format(mem, "%s/%s/%s", m->dir, name, u->version);
    r = emit_file(&m->out, pool_format(mem, "%s/types.h", folder), name, write_types, u, err);
    if (r < 0 || m->out.edited > 0)
        return r;
    load_types(m->project, folder);
    return m->project->problems > 0 ? OPSDK_EINVAL : 0;
}

static int import_all(import *m, json_t *documents, opsdk_error *err)
{
    json_t *item;
    size_t i, n = 0;
    int r = 0;

    json_array_foreach(documents, i, item)
    {
        const char *name = documents_string(item, "kind", NULL);
        if (r < 0 || !name || strcmp(name, CRD.kind) != 0)
            continue;
        r = import_one(m, item, err);
        n++;
    }
    if (r == 0 && n == 0)
        return opsdk_error_set(err, OPSDK_EINVAL, "there is no CustomResourceDefinition in it");
    m->out.maker = NULL; /* the tables are what opsdk generate makes, too */
    return r < 0 ? r : emit_tables(m->project, &m->out, err);
}

/* The name of the definition of a resource: as it is, or of what discovery finds. */
static int find_name(import *m, opsdk_client *c, char **ret, opsdk_error *err)
{
    opsdk_kind *found = NULL;
    const char *slash;
    int r;

    *ret = pool_text(m->project->pool, m->cluster, strlen(m->cluster));
    r = opsdk_discover(c, m->cluster, &found, err);
    if (r < 0)
        return r;
    slash = strchr(found->api_version, '/');
    if (slash)
        *ret = pool_format(m->project->pool, "%s.%.*s", found->plural, (int)(slash - found->api_version),
                           found->api_version);
    free(found);
    return 0;
}

static int read_cluster(import *m, json_t **ret, opsdk_error *err)
{
    opsdk_client *c = NULL;
    opsdk_auto_object *obj = NULL;
    char *name;
    int r = opsdk_client_new(&m->common.client, &c, err);

    if (r == 0)
        r = find_name(m, c, &name, err);
    if (r == 0)
        r = opsdk_get(c, OPSDK_KEY(&CRD, NULL, name), &obj, err);
    if (r == 0)
        *ret = json_pack("[o]", cmd_document(obj));
    opsdk_client_free(c);
    return r == 0 && !*ret ? opsdk_error_set(err, OPSDK_ENOMEM, "out of memory") : r;
}

static int work(import *m)
{
    auto_pool *mem = pool_new();
    project p = {.pool = mem, .say = stderr};
    json_t *documents = NULL;
    opsdk_error err = {0};
    int r;

    m->project = &p;
    m->out.say = stdout;
    m->out.maker = "opsdk import";
    if (m->cluster)
        r = read_cluster(m, &documents, &err);
    else
        r = documents_read(strcmp(m->file, "-") == 0 ? "/dev/stdin" : m->file, &documents, &err);
    if (r == 0)
        r = import_all(m, documents, &err);
    json_decref(documents);
    if (p.problems > 0)
        return CMD_FAILED;
    return r < 0 ? cmd_fail(m->self, &err) : m->out.edited > 0 ? CMD_FAILED : CMD_OK;
}

static int take_flag(import *m, int option, char **argv)
{
    if (cmd_common_take(&m->common, option))
        return CMD_OK;
    switch (option) {
    case 'd':
        m->dir = optarg;
        return CMD_OK;
    case 'v':
        m->version = optarg;
        return CMD_OK;
    case 'c':
        m->cluster = optarg;
        return CMD_OK;
    case 'f':
        m->out.force = true;
        return CMD_OK;
    default:
        return cmd_bad_flag(m->self, option, argv);
    }
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {CMD_COMMON_LONG,
                                          {"dir", required_argument, NULL, 'd'},
                                          {"version", required_argument, NULL, 'v'},
                                          {"cluster", required_argument, NULL, 'c'},
                                          {"force", no_argument, NULL, 'f'},
                                          {0}};
import m = {.self = self, .dir = "api" };
    int option, r = CMD_OK;

    opterr = 0;
    while (r == CMD_OK && !m.common.help && (option = getopt_long(argc, argv, ":" CMD_COMMON_SHORT, flags, NULL)) != -1)
        r = take_flag(&m, option, argv);
    if (m.common.help)
        return cmd_help(self);
    if (r != CMD_OK)
        return r;
    m.file = argv[optind];
    if (optind + (m.cluster ? 0 : 1) != argc)
        return cmd_usage(self,
                         "give one file with a CustomResourceDefinition, - for standard input, or --cluster NAME");
    return work(&m);
}

const cmd cmd_import = {
    .name = "import",
    .synopsis = "CRD.yaml|-|--cluster NAME [--version VERSION] [--dir DIR] [--force]",
    .summary = "Writes types.h and tables for a resource that somebody else has defined.",
    .help = "They go to DIR/PLURAL.GROUP/VERSION; unions and free-form parts are json_t *.\n"
            "  --cluster NAME      asks the cluster; NAME is a kind, plural or short name, with \".group\" where it is "
            "ambiguous\n"
            "  --version VERSION   default: the version that is stored\n"
            "  --dir DIR           default: api\n"
            "  --force             overwrites also what somebody has edited\n",
    .run = run,
};
