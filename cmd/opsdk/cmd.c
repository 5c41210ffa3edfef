#include "cmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cmd_common_take(cmd_common *c, int option)
{
    switch (option) {
    case CMD_KUBECONFIG:
        c->client.kubeconfig = optarg;
        return true;
    case CMD_CONTEXT:
        c->client.context = optarg;
        return true;
    case 'n':
        c->client.ns = optarg;
        return true;
    case CMD_HELP:
        c->help = true;
        return true;
    default:
        return false;
    }
}

int cmd_usage(const cmd *self, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "opsdk %s: ", self->name);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\nusage: opsdk %s %s\n", self->name, self->synopsis);
    return CMD_USAGE;
}

int cmd_help(const cmd *self)
{
    printf("opsdk %s %s\n\n%s\n", self->name, self->synopsis, self->summary);
    if (*self->help)
        printf("\n%s", self->help);
    return CMD_OK;
}

int cmd_bad_flag(const cmd *self, int option, char **argv)
{
    const char *flag = argv[optind - 1];

    if (option == ':')
        return cmd_usage(self, "%s needs a value", flag);
    if (optopt > 0 && optopt < 128)
        return cmd_usage(self, "there is no flag -%c", optopt);
    return cmd_usage(self, "there is no flag %s, or it takes no value", flag);
}

int cmd_fail(const cmd *self, const opsdk_error *err)
{
    size_t len = strlen(self->name);
    bool named = strncmp(err->message, self->name, len) == 0 && err->message[len] == ':';

    /* The library's messages of exec and cp begin with these names already. */
    fprintf(stderr, "opsdk %s%s%s\n", named ? "" : self->name, named ? "" : ": ", err->message);
    return CMD_FAILED;
}

int cmd_kind(opsdk_client *c, const char *name, const opsdk_kind **ret, opsdk_kind **ret_own, opsdk_error *err)
{
    int r;

    *ret_own = NULL;
    *ret = opsdk_kind_find(name);
    if (*ret)
        return 0;
    r = opsdk_discover(c, name, ret_own, err);
    if (r == 0)
        *ret = *ret_own;
    return r;
}

void cmd_print(const char *text)
{
    for (const char *p = text; *p; p++) {
        bool control =
            (unsigned char)*p < ' ' || *p == 0x7f || ((unsigned char)*p == 0xc2 && (unsigned char)p[1] < 0xa0);
        putchar(control ? '?' : *p);
    }
}

json_t *cmd_document(const opsdk_object *obj)
{
    const opsdk_kind *kind = opsdk_object_key(obj).kind;
    json_t *items = opsdk_value_json(opsdk_at(obj, ""));
    json_t *ret = kind ? json_pack("{s:s, s:s}", "apiVersion", kind->api_version, "kind", kind->kind) : json_object();

    if (!items || !ret || json_object_update(ret, items) < 0) {
        json_decref(ret);
        ret = NULL;
    }
    json_decref(items);
    return ret;
}
