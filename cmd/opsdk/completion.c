/* opsdk completion: for shells, from the table of commands.  The flags are those that a command's help names. */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#define FLAGS 64
#define FLAG_LEN 40

typedef struct flag_list {
    char items[FLAGS][FLAG_LEN]; /* without dashes */
    size_t len;
} flag_list;

static void add(flag_list *f, const char *name, size_t len)
{
    if (len == 0 || len >= FLAG_LEN || f->len == FLAGS)
        return;
    for (size_t i = 0; i < f->len; i++)
        if (strlen(f->items[i]) == len && memcmp(f->items[i], name, len) == 0)
            return;
    memcpy(f->items[f->len], name, len);
    f->items[f->len++][len] = '\0';
}

static void scan(flag_list *f, const char *text)
{
    for (const char *p = strstr(text, "--"); p; p = strstr(p, "--")) {
        size_t len = strspn(p + 2, "abcdefghijklmnopqrstuvwxyz-");

        if (p == text || strchr(" [\n(", p[-1]))
            add(f, p + 2, len);
        p += 2 + len;
    }
}

static void flags_of(const cmd *c, flag_list *ret)
{
    *ret = (flag_list){.len = 0};
    scan(ret, c->synopsis);
    scan(ret, c->help);
    if (strstr(c->synopsis, "[-n NS]")) /* it asks a cluster */
        scan(ret, "--kubeconfig --context --namespace");
    add(ret, "help", 4);
}

static void put_commands(void)
{
    for (const cmd *const *c = cmd_table; *c; c++)
        printf("%s ", (*c)->name);
}

static void put_words(const cmd *c)
{
    flag_list f;

    flags_of(c, &f);
    if (c->words)
        printf("%s ", c->words);
    if (strcmp(c->name, "help") == 0)
        put_commands();
    for (size_t i = 0; i < f.len; i++)
        printf("--%s ", f.items[i]);
}

static void bash(void)
{
    fputs("# eval \"$(opsdk completion bash)\"\n"
          "_opsdk() {\n"
          "    local words= cur=${COMP_WORDS[COMP_CWORD]}\n"
          "    case $COMP_CWORD:${COMP_WORDS[1]} in\n"
          "    1:*) words='",
          stdout);
    put_commands();
    fputs("' ;;\n", stdout);
    for (const cmd *const *c = cmd_table; *c; c++) {
        printf("    *:%s) words='", (*c)->name);
        put_words(*c);
        fputs("' ;;\n", stdout);
    }
    fputs("    esac\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "}\n"
          "complete -o bashdefault -o default -F _opsdk opsdk\n",
          stdout);
}

/* Inside of '...'. */
static void put_quoted(const char *text)
{
    for (; *text; text++)
        fputs(*text == '\'' ? "'\\''" : (char[]){*text, '\0'}, stdout);
}

static void zsh(void)
{
    fputs("#compdef opsdk\n"
          "# opsdk completion zsh >\"${fpath[1]}/_opsdk\"\n"
          "_opsdk() {\n"
          "    local -a commands\n"
          "    commands=(\n",
          stdout);
    for (const cmd *const *c = cmd_table; *c; c++) {
        printf("        '%s:", (*c)->name);
        put_quoted((*c)->summary);
        fputs("'\n", stdout);
    }
    fputs("    )\n"
          "    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
          "    case $words[2] in\n",
          stdout);
    for (const cmd *const *c = cmd_table; *c; c++) {
        printf("    %s) compadd -- ", (*c)->name);
        put_words(*c);
        fputs(";;\n", stdout);
    }
    fputs("    esac\n"
          "    _files\n"
          "}\n"
          /* Read by the completion system it is the function; read by eval it defines it. */
          "if [ \"$funcstack[1]\" = _opsdk ]; then _opsdk \"$@\"; else compdef _opsdk opsdk; fi\n",
          stdout);
}

static void fish(void)
{
    flag_list f;

    puts("# opsdk completion fish >~/.config/fish/completions/opsdk.fish");
    for (const cmd *const *c = cmd_table; *c; c++) {
        printf("complete -c opsdk -f -n __fish_use_subcommand -a %s -d '", (*c)->name);
        put_quoted((*c)->summary);
        fputs("'\n", stdout);
        flags_of(*c, &f);
        for (size_t i = 0; i < f.len; i++)
            printf("complete -c opsdk -n '__fish_seen_subcommand_from %s' -l %s\n", (*c)->name, f.items[i]);
        if ((*c)->words)
            printf("complete -c opsdk -n '__fish_seen_subcommand_from %s' -a '%s'\n", (*c)->name, (*c)->words);
    }
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        return cmd_help(self);
    if (argc < 2)
        return cmd_usage(self, "the shell is missing");
    if (argc > 2)
        return cmd_usage(self, "\"%s\" is one word too many", argv[2]);
    for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++) {
        if (strcmp(argv[1], shells[i].name) != 0)
            continue;
        shells[i].print();
        return fflush(stdout) == 0 ? CMD_OK : CMD_FAILED;
    }
    return cmd_usage(self, "there is no \"%s\" here", argv[1]);
}

const cmd cmd_completion = {
    .name = "completion",
    .synopsis = "bash|zsh|fish",
    .summary = "Prints what a shell needs to complete opsdk's words and flags.",
    .help = "bash: eval \"$(opsdk completion bash)\" in ~/.bashrc\n"
            "zsh:  opsdk completion zsh >\"${fpath[1]}/_opsdk\"\n"
            "fish: opsdk completion fish >~/.config/fish/completions/opsdk.fish\n",
    .words = "bash zsh fish",
    .run = run,
};
