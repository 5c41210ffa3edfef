#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "[NS/]POD:PATH", or a path of this machine: one that begins with "/" or "." or has no colon before its first slash but one. */
typedef struct place {
    char *ns, *pod; /* NULL: this machine */
    const char *path;
} place;

static void place_clear(place *p)
{
    free(p->ns);
    free(p->pod);
}

static place read_place(const char *text)
{
    const char *colon = strchr(text, ':'), *slash = memchr(text, '/', colon ? (size_t)(colon - text) : 0);
    const char *pod = slash ? slash + 1 : text;

    if (!colon || *text == '/' || *text == '.' || colon == pod || memchr(pod, '/', (size_t)(colon - pod)))
        return (place){.path = text};
    return (place){
        .ns = slash ? strndup(text, (size_t)(slash - text)) : NULL,
        .pod = strndup(pod, (size_t)(colon - pod)),
        .path = colon + 1,
    };
}

static int copy(const cmd_common *common, const char *container, const place *src, const place *dst, opsdk_error *err)
{
    const place *far = src->pod ? src : dst;
    const opsdk_key pod = OPSDK_KEY(&OPSDK_POD, far->ns, far->pod);
    opsdk_client *c = NULL;
    int r;

    r = opsdk_client_new(&common->client, &c, err);
    if (r == 0 && src->pod)
        r = opsdk_cp_from(c, pod, container, src->path, dst->path, err);
    else if (r == 0)
        r = opsdk_cp_to(c, pod, container, src->path, dst->path, err);
    opsdk_client_free(c);
    return r;
}

static int check_and_copy(const cmd *self, const cmd_common *common, const char *container, const place *src,
                          const place *dst)
{
    opsdk_error err = {0};

    if (!src->pod == !dst->pod)
        return cmd_usage(self, "one of source and destination must be POD:PATH, the other a path of this machine");
    if (!*src->path || !*dst->path)
        return cmd_usage(self, "a path is empty");
    return copy(common, container, src, dst, &err) < 0 ? cmd_fail(self, &err) : CMD_OK;
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option options[] = {CMD_COMMON_LONG, {"container", required_argument, NULL, 'c'}, {0}};
    const char *container = NULL;
    cmd_common common = {0};
    place src, dst;
    int o, code;

    opterr = 0;
    for (o = getopt_long(argc, argv, ":c:" CMD_COMMON_SHORT, options, NULL); o != -1;
         o = getopt_long(argc, argv, ":c:" CMD_COMMON_SHORT, options, NULL)) {
        if (cmd_common_take(&common, o))
            continue;
        if (o != 'c')
            return cmd_bad_flag(self, o, argv);
        container = optarg;
    }
    if (common.help)
        return cmd_help(self);
    if (argc - optind != 2)
        return cmd_usage(self, "source and destination are needed, %d given", argc - optind);
    src = read_place(argv[optind]);
    dst = read_place(argv[optind + 1]);
    code = check_and_copy(self, &common, container, &src, &dst);
    place_clear(&src);
    place_clear(&dst);
    return code;
}

const cmd cmd_cp = {
    .name = "cp",
    .synopsis = "[-n NS] [-c CONTAINER] SOURCE DESTINATION",
    .summary = "Copies files and folders into and out of a container.",
    .help = "  -c, --container NAME  default: the pod's default container, else its first\n"
            "One of SOURCE and DESTINATION is [NS/]POD:PATH.  A folder is merged into one that is there already; a "
            "DESTINATION\n"
            "that ends in / is a folder to put a file into.\n",
    .run = run,
};
