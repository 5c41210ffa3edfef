/* opsdk dev fault, heal, requests: a server that runs, found by the kubeconfig. */
#include "dev.h"

#include <opsdk/apiserver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct ask {
    const cmd *self;
    cmd_common common;
    bool list;
    const char *verb, *resource, *name, *user, *agent;
} ask;

int dev_request(const cmd *self, const cmd_common *common, const char *method, const char *target, const char *body)
{
    opsdk_client *c = NULL;
    opsdk_error err = {0};
    char *text = NULL;
    size_t len = 0;
    int r = opsdk_client_new(&common->client, &c, &err);

    if (r == 0)
        r = opsdk_raw(c, method, target, body ? "text/plain" : NULL, body, &text, &len, &err);
    if (r == 0)
        fwrite(text, 1, len, stdout);
    free(text);
    opsdk_client_free(c);
    return r < 0 ? cmd_fail(self, &err) : CMD_OK;
}

static int print_list(void)
{
    const char *name, *help;

    for (size_t i = 0; (name = opsdk_apiserver_fault_name(i, &help)); i++)
        printf("%-18s %s\n", name, help);
    return CMD_OK;
}

/* Reads the flags that all three share; a word of the request log's filter with a value goes to *text. */
static int take_flags(ask *a, int argc, char **argv)
{
    static const struct option flags[] = {CMD_COMMON_LONG,
                                          {"list", no_argument, NULL, 'L'},
                                          {"verb", required_argument, NULL, 'v'},
                                          {"resource", required_argument, NULL, 'r'},
                                          {"name", required_argument, NULL, 'N'},
                                          {"user", required_argument, NULL, 'u'},
                                          {"agent", required_argument, NULL, 'g'},
                                          {0}};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":" CMD_COMMON_SHORT, flags, NULL)) != -1) {
        if (cmd_common_take(&a->common, option))
            continue;
        if (option == 'L')
            a->list = true;
        else if (option == 'v')
            a->verb = optarg;
        else if (option == 'r')
            a->resource = optarg;
        else if (option == 'N')
            a->name = optarg;
        else if (option == 'u')
            a->user = optarg;
        else if (option == 'g')
            a->agent = optarg;
        else
            return cmd_bad_flag(a->self, option, argv);
    }
    return CMD_OK;
}

/* The words as one text: cut at=line n=3. */
static char *join(int argc, char **argv)
{
    size_t len = 1;
    char *text;

    for (int i = optind; i < argc; i++)
        len += strlen(argv[i]) + 1;
    text = calloc(1, len);
    for (int i = optind; text && i < argc; i++) {
        size_t at = strlen(text);
        snprintf(text + at, len - at, "%s%s", i > optind ? " " : "", argv[i]);
    }
    return text;
}

static int run_fault(const cmd *self, int argc, char **argv)
{
    ask a = {.self = self};
    char *spec;
    int r = take_flags(&a, argc, argv);

    if (a.common.help)
        return cmd_help(self);
    if (r != CMD_OK || a.list)
        return r == CMD_OK ? print_list() : r;
    if (optind == argc)
        return cmd_usage(self, "the fault's name is missing; --list shows them");
    spec = join(argc, argv);
    r = spec ? dev_request(self, &a.common, "POST", "/debug/opsdk/faults", spec) : CMD_FAILED;
    free(spec);
    return r;
}

static int run_heal(const cmd *self, int argc, char **argv)
{
    ask a = {.self = self};
    int r = take_flags(&a, argc, argv);

    if (a.common.help)
        return cmd_help(self);
    if (r == CMD_OK && optind < argc)
        return cmd_usage(self, "\"%s\" is one word too many", argv[optind]);
    return r == CMD_OK ? dev_request(self, &a.common, "DELETE", "/debug/opsdk/faults", NULL) : r;
}

static void add(char *target, size_t room, const char *name, const char *value)
{
    size_t at = strlen(target);

    if (value)
        snprintf(target + at, room - at, "%c%s=%s", strchr(target, '?') ? '&' : '?', name, value);
}

static int run_requests(const cmd *self, int argc, char **argv)
{
    char target[1024] = "/debug/opsdk/requests";
    ask a = {.self = self};
    int r = take_flags(&a, argc, argv);

    if (a.common.help)
        return cmd_help(self);
    if (r == CMD_OK && optind < argc)
        return cmd_usage(self, "\"%s\" is one word too many", argv[optind]);
    add(target, sizeof(target), "verb", a.verb);
    add(target, sizeof(target), "resource", a.resource);
    add(target, sizeof(target), "namespace", a.common.client.ns);
    add(target, sizeof(target), "name", a.name);
    add(target, sizeof(target), "user", a.user);
    add(target, sizeof(target), "agent", a.agent);
    return r == CMD_OK ? dev_request(self, &a.common, "GET", target, NULL) : r;
}

const cmd dev_fault = {
    .name = "dev fault",
    .synopsis = "NAME [KEY=VALUE]... | --list",
    .summary = "Makes an embedded API server that runs misbehave.",
    .help = "verb=, resource=, ns=, name=, user=, agent= say which requests it concerns, after=N lets N of them pass "
            "first,\n"
            "n=N is how many it hits (-1: all, until opsdk dev heal).\n"
            "  --list              the names, and what they do\n",
    .run = run_fault,
};

const cmd dev_heal = {
    .name = "dev heal",
    .synopsis = "",
    .summary = "Takes back all faults of an embedded API server that runs.",
    .help = "",
    .run = run_heal,
};

const cmd dev_requests = {
    .name = "dev requests",
    .synopsis = "[--verb VERB] [--resource PLURAL] [-n NS] [--name NAME] [--user USER] [--agent PART]",
    .summary = "Shows what was asked of an embedded API server that runs, one JSON document per line, oldest first.",
    .help = "",
    .run = run_requests,
};
