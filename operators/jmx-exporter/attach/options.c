#include "operators/jmx-exporter/attach/options.h"

#include <stdio.h>
#include <string.h>

#include "operators/jmx-exporter/attach/proc.h"

bool name_is_exporter(const char *path)
{
    size_t len;
    const char *base = path_base(path, &len);
    char name[256];

    if (len == 0 || len >= sizeof(name))
        return false;
    memcpy(name, base, len);
    name[len] = 0;
    if (!strstr(name, ".jar") || !strstr(name, "jmx"))
        return false;
    return strstr(name, "prometheus") || strstr(name, "exporter");
}

static const char *after(const char *word, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(word, prefix, len) == 0 ? word + len : NULL;
}

static void file_add(struct options *o, const char *path)
{
    if (o->n_files == (int)(sizeof(o->files) / sizeof(o->files[0])) || strlen(path) >= sizeof(o->files[0]))
        return;
    snprintf(o->files[o->n_files++], sizeof(o->files[0]), "%s", path);
}

static void modules_add(struct options *o, const char *list)
{
    size_t len = strlen(o->add_modules);

    snprintf(o->add_modules + len, sizeof(o->add_modules) - len, "%s,", list);
}

static void agent_note(struct options *o, const char *value)
{
    char path[sizeof(o->exporter)];

    snprintf(path, sizeof(path), "%.*s", (int)strcspn(value, "="), value);
    if (name_is_exporter(path))
        snprintf(o->exporter, sizeof(o->exporter), "%s", path);
}

/* "+Name" or "-Name", as after -XX: or in the file of -XX:Flags=. */
static void flag(struct options *o, const char *word)
{
    if (word[0] != '+' && word[0] != '-')
        return;
    if (strcmp(word + 1, "DisableAttachMechanism") == 0)
        o->no_attach = word[0] == '+';
    if (strcmp(word + 1, "EnableDynamicAgentLoading") == 0)
        o->no_loading = word[0] == '-';
}

static void option(struct options *o, const char *word)
{
    static const char *const file_options[] = {"-XX:Flags=", "-XX:VMOptionsFile=", "@"};
    const char *value = after(word, "-XX:");

    flag(o, value ? value : word);
    for (size_t i = 0; i < sizeof(file_options) / sizeof(file_options[0]); i++) {
        value = after(word, file_options[i]);
        if (value)
            file_add(o, value);
    }
    value = after(word, "-javaagent:");
    if (value)
        agent_note(o, value);
    value = after(word, "--add-modules=");
    if (value)
        modules_add(o, value);
    o->limited |= after(word, "--limit-modules") != NULL;
}

/* These take their value from the next word. */
static bool takes_value(const char *word)
{
    static const char *const names[] = {
        "-cp",
        "-classpath",
        "--class-path",
        "-p",
        "--module-path",
        "--upgrade-module-path",
        "--add-modules",
        "--add-reads",
        "--limit-modules",
        "--source",
        "--add-exports",
        "--add-opens",
        "-d",
        "--describe-module",
        "--patch-module",
        "--enable-native-access",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(word, names[i]) == 0)
            return true;
    }
    return false;
}

/* After these, or a word that is no option, all else belongs to the application. */
static bool ends_options(const char *word)
{
    if (strcmp(word, "-jar") == 0 || strcmp(word, "-m") == 0 || strcmp(word, "--module") == 0)
        return true;
    return word[0] != '-' && word[0] != '@';
}

static const char *next_word(const char *word, const char *end)
{
    word += strlen(word) + 1;
    return word < end ? word : NULL;
}

void options_command(struct options *o, const char *text, size_t len)
{
    const char *end = text + len;
    const char *word = len > 0 ? next_word(text, end) : NULL;

    for (; word && !ends_options(word); word = next_word(word, end)) {
        bool adds = strcmp(word, "--add-modules") == 0;
        option(o, word);
        if (!takes_value(word))
            continue;
        word = next_word(word, end);
        if (!word)
            return;
        if (adds)
            modules_add(o, word);
    }
}

/* One word is complete; true if the next one is the value of --add-modules. */
static bool word_end(struct options *o, const char *word, bool is_value)
{
    if (is_value)
        modules_add(o, word);
    else
        option(o, word);
    return !is_value && strcmp(word, "--add-modules") == 0;
}

void options_words(struct options *o, const char *text, size_t len)
{
    char word[1024];
    size_t n = 0;
    char quote = 0;
    bool is_value = false;

    for (size_t i = 0; i <= len; i++) {
        char c = i < len ? text[i] : '\0';
        bool ends = !quote && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
        if ((ends || c == 0) && n > 0) {
            word[n] = 0;
            is_value = word_end(o, word, is_value);
            n = 0;
        } else if (c == quote) {
            quote = 0;
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else if (!ends && c != 0 && n < sizeof(word) - 1) {
            word[n++] = c;
        }
    }
}

bool module_listed(const char *list, const char *module)
{
    size_t want = strlen(module);

    while (*list) {
        size_t len = strcspn(list, ", ");
        if (len == want && memcmp(list, module, len) == 0)
            return true;
        list += len + (list[len] != 0);
    }
    return false;
}
