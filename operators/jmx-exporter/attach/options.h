/* Reads JVM options: the command line, the variables that add to it, and the files these name. */
#ifndef ATTACH_OPTIONS_H
#define ATTACH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct options {
    bool no_attach;        /* -XX:+DisableAttachMechanism; the last one counts */
    bool no_loading;       /* -XX:-EnableDynamicAgentLoading */
    bool limited;          /* --limit-modules */
    char add_modules[512]; /* all of --add-modules, with commas */
    char exporter[256];    /* a -javaagent that looks like an exporter, or "" */
    char files[4][256];    /* option files to read: @file, -XX:Flags=, -XX:VMOptionsFile= */
    int n_files;
};

/* A command line as in /proc/PID/cmdline: words ended by NUL, the first is the program. Stops where the
 * application's own arguments begin. */
void options_command(struct options *o, const char *text, size_t len);

/* Words between blanks, quoted or not: a variable or an option file. */
void options_words(struct options *o, const char *text, size_t len);

/* A list such as that of --add-modules names the module. */
bool module_listed(const char *list, const char *module);

/* True if the name of a jar is that of a Prometheus JMX exporter. */
bool name_is_exporter(const char *path);

#endif
