/* opsdk dev run: binds a pod's container to a command on the machine of an embedded API server. */
#include "dev.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LABELS 64
#define TRIES 500 /* looks for the pod's start */
#define PAUSE_NS 20000000

typedef struct run_opts {
    cmd_common common;
    const char *pod, *container, *image, *restart;
    const char *labels[LABELS]; /* "name=value" */
    size_t n;
    bool host_network;
} run_opts;

/* The command as the annotation has it. */
static json_t *command_text(char **argv)
{
    json_t *list = json_array(), *value = NULL;
    char *text;

    for (; *argv; argv++)
        json_array_append_new(list, json_string(*argv));
    text = json_dumps(list, JSON_COMPACT);
    if (text)
        value = json_string(text);
    free(text);
    json_decref(list);
    return value;
}

static json_t *annotations(const char *container, char **argv)
{
    char name[320];

    snprintf(name, sizeof(name), "opsdk.dev/command.%s", container);
    return json_pack("{s:o}", name, command_text(argv));
}

static json_t *labels(const run_opts *o)
{
    json_t *map = json_object();

    for (size_t i = 0; i < o->n; i++) {
        size_t len = strcspn(o->labels[i], "=");
        json_object_setn_new(map, o->labels[i], len, json_string(o->labels[i] + len + (o->labels[i][len] == '=')));
    }
    return map;
}

static int create(opsdk_client *c, opsdk_key key, const run_opts *o, char **argv, opsdk_error *err)
{
    const char *container = o->container ? o->container : "app";
    char dir[PATH_MAX];

    if (!getcwd(dir, sizeof(dir)))
        return opsdk_error_set(err, OPSDK_EIO, "cannot tell the working directory");
    return opsdk_create(c, key,
                        json_pack("{s:{s:s, s:o, s:o}, s:{s:[{s:s, s:s, s:s}], s:s, s:b}}", "metadata", "name", o->pod,
                                  "labels", labels(o), "annotations", annotations(container, argv), "spec",
                                  "containers", "name", container, "image", o->image ? o->image : "local", "workingDir",
                                  dir, "restartPolicy", o->restart ? o->restart : "Always", "hostNetwork",
                                  o->host_network),
                        NULL, NULL, err);
}

static int bind(opsdk_client *c, opsdk_key key, const run_opts *o, char **argv, opsdk_error *err)
{
    opsdk_auto_object *obj = NULL;
    const char *container = o->container;
    int r = opsdk_get(c, key, &obj, err);

    if (r == OPSDK_ENOTFOUND)
        return create(c, key, o, argv, err);
    if (r < 0)
        return r;
    if (!container)
        container = opsdk_value_str(opsdk_at(obj, "/spec/containers/0/name"), "app");
    return opsdk_merge(c, key, json_pack("{s:{s:o}}", "metadata", "annotations", annotations(container, argv)), NULL,
                       NULL, err);
}

/* Until a container runs, or is known not to. */
static int await_start(opsdk_client *c, opsdk_key key, opsdk_error *err)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};

    for (int i = 0; i < TRIES; i++) {
        opsdk_auto_object *obj = NULL;
        opsdk_value state;
        int r = opsdk_get(c, key, &obj, err);

        if (r < 0)
            return r;
        if (strcmp(opsdk_value_str(opsdk_at(obj, "/status/phase"), ""), "Pending") != 0)
            return 0;
        state = opsdk_at(obj, "/status/containerStatuses/0/state/terminated/message");
        if (opsdk_value_type(state) == OPSDK_STRING)
            return opsdk_error_set(err, OPSDK_EEXEC, "%s", opsdk_value_str(state, ""));
        nanosleep(&pause, NULL);
    }
    return opsdk_error_set(err, OPSDK_ETIMEOUT, "pod %s does not start: does the server run with --pods?", key.name);
}

static int start(const cmd *self, const run_opts *o, char **argv)
{
    opsdk_key key = OPSDK_KEY(&OPSDK_POD, NULL, o->pod);
    opsdk_client *c = NULL;
    opsdk_error err = {0};
    int r = opsdk_client_new(&o->common.client, &c, &err);

    if (r == 0)
        r = bind(c, key, o, argv, &err);
    if (r >= 0)
        r = await_start(c, key, &err);
    opsdk_client_free(c);
    if (r < 0)
        return cmd_fail(self, &err);
    printf("pod/%s started\n", o->pod);
    return CMD_OK;
}

static int take(const cmd *self, run_opts *o, int option, char **argv)
{
    if (cmd_common_take(&o->common, option))
        return CMD_OK;
    if (option == 'l' && o->n == LABELS)
        return cmd_usage(self, "more than %d labels", LABELS);
    if (option == 'c')
        o->container = optarg;
    else if (option == 'i')
        o->image = optarg;
    else if (option == 'r')
        o->restart = optarg;
    else if (option == 'l')
        o->labels[o->n++] = optarg;
    else if (option == 'H')
        o->host_network = true;
    else
        return cmd_bad_flag(self, option, argv);
    return CMD_OK;
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {CMD_COMMON_LONG,
                                          {"container", required_argument, NULL, 'c'},
                                          {"image", required_argument, NULL, 'i'},
                                          {"label", required_argument, NULL, 'l'},
                                          {"restart", required_argument, NULL, 'r'},
                                          {"host-network", no_argument, NULL, 'H'},
                                          {0}};
    run_opts o = {0};
    int option, r = CMD_OK;

    opterr = 0;
    while (r == CMD_OK && (option = getopt_long(argc, argv, ":c:l:" CMD_COMMON_SHORT, flags, NULL)) != -1)
        r = take(self, &o, option, argv);
    if (o.common.help)
        return cmd_help(self);
    if (r != CMD_OK)
        return r;
    if (optind >= argc)
        return cmd_usage(self, "no pod given");
    if (optind + 1 >= argc)
        return cmd_usage(self, "no command given behind pod %s", argv[optind]);
    o.pod = argv[optind];
    return start(self, &o, argv + optind + 1);
}

const cmd dev_run = {
    .name = "dev run",
    .synopsis = "[-n NS] [-c CONTAINER] [-l NAME=VALUE]... [--image IMAGE] [--restart POLICY] [--host-network] POD -- "
                "COMMAND [ARGUMENT...]",
    .summary = "Runs a command as a pod of an embedded API server that was started with --pods.",
    .help = "The pod is made when it is not there: with these labels, image and restart policy, in this folder.\n"
            "  -c, --container NAME  default: the pod's first container; \"app\" of a new pod\n"
            "  -l, --label NAME=VALUE\n"
            "  --image IMAGE         shown in the status, nothing is pulled; default: \"local\"\n"
            "  --restart POLICY      Always (default), OnFailure or Never\n"
            "  --host-network        shares this machine's network instead of a loopback of its own\n",
    .run = run,
};
