#include "libraries.h"

#include "../file.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

/* The program's loader; "" when it has none, because it is static or a library. */
static int interpreter(const char *program, char ret[256], bool *ret_elf, opsdk_error *err)
{
    auto_close FILE *f = fopen(program, "re");
    Elf64_Ehdr h;
    Elf64_Phdr p;

    *ret = '\0';
    *ret_elf = false;
    if (!f)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "%s: cannot be read", program);
    if (fread(&h, sizeof(h), 1, f) != 1 || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0)
        return 0;
    if (h.e_ident[EI_CLASS] != ELFCLASS64)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: no 64-bit program", program);
    for (unsigned i = 0; i < h.e_phnum; i++) {
        if (fseek(f, (long)(h.e_phoff + (uint64_t)i * h.e_phentsize), SEEK_SET) < 0 || fread(&p, sizeof(p), 1, f) != 1)
            return opsdk_error_set(err, OPSDK_EINVAL, "%s: ends too early", program);
        *ret_elf = *ret_elf || p.p_type == PT_DYNAMIC;
        if (p.p_type != PT_INTERP || p.p_filesz == 0 || p.p_filesz > 255)
            continue;
        if (fseek(f, (long)p.p_offset, SEEK_SET) < 0 || fread(ret, p.p_filesz, 1, f) != 1)
            return opsdk_error_set(err, OPSDK_EINVAL, "%s: ends too early", program);
        ret[p.p_filesz] = '\0';
        fseek(f, (long)h.e_phoff, SEEK_SET);
    }
    return 0;
}

static bool below(const char *path, const char *root)
{
    size_t len = root ? strlen(root) : 0;

    return len > 0 && strncmp(path, root, len) == 0 && path[len] == '/';
}

/* Without a cache of its own the loader of the image looks into the system's folders alone: what lies elsewhere here goes where libc is. */
static char *place(const char *path, const char *system)
{
    bool usual = strncmp(path, "/lib", 4) == 0 || strncmp(path, "/usr/lib", 8) == 0;

    return usual ? strdup(path) : file_format("%s%s", system, strrchr(path, '/'));
}

typedef struct listing {
    tree *to;
    const libraries_around *around;
    const char *program;
    char root[4096];   /* resolved; "": none */
    char system[1024]; /* the folder of libc */
} listing;

/* Where /lib is a link to usr/lib, what is in it is known by the other name. */
static bool in_base(const listing *l, const char *path)
{
    auto_free char *merged = file_format("usr%s", path);

    const tree *base = l->around->base;

    return base && (tree_has(base, path) || (merged && tree_has(base, merged)));
}

static int add_one(listing *l, const char *path, opsdk_error *err)
{
    char real[4096];
    auto_free char *to = place(path, l->system);

    if (!realpath(path, real))
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "%s: needs %s, which cannot be read", l->program, path);
    if (!to)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    if (below(real, l->root) || tree_has(l->to, to) || in_base(l, to))
        return 0;
    return tree_file(l->to, to, 0755, real, err);
}

static bool is_added(const listing *l, const char *name, size_t len)
{
    const tree *added = l->around->added;

    for (size_t i = 0; added && i < added->len; i++) {
        const char *slash = strrchr(added->items[i].path, '/'), *last = slash ? slash + 1 : added->items[i].path;

        if (strncmp(last, name, len) == 0 && last[len] == '\0')
            return true;
    }
    return false;
}

static void find_system(listing *l, const char *text)
{
    const char *end = strstr(text, "/libc.so.6 ");
    const char *begin = end;

    while (begin && begin > text && begin[-1] != ' ' && begin[-1] != '\t')
        begin--;
    snprintf(l->system, sizeof(l->system), "%.*s", begin ? (int)(end - begin) : 8, begin ? begin : "/usr/lib");
}

/* "name => path (address)", "path (address)", "name (address)" for what the kernel brings, or "name => not found". */
static int add_line(listing *l, char *line, opsdk_error *err)
{
    char *path = strchr(line, '/'), *end = path ? strstr(path, " (") : NULL;
    size_t len;

    line += strspn(line, "\t ");
    len = strcspn(line, " ");
    if (strstr(line, "not found") && !is_added(l, line, len))
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "%s: needs %.*s, which is not on this machine", l->program,
                               (int)len, line);
    if (!path || !end)
        return 0;
    *end = '\0';
    return add_one(l, path, err);
}

static int add_listed(listing *l, char *text, opsdk_error *err)
{
    char *save = NULL;
    int r = 0;

    find_system(l, text);
    for (char *line = strtok_r(text, "\n", &save); r == 0 && line; line = strtok_r(NULL, "\n", &save))
        r = add_line(l, line, err);
    return r;
}

int libraries_add(tree *t, const char *program, const libraries_around *around, opsdk_error *err)
{
    listing l = {.to = t, .around = around, .program = program};
    char loader[256], ours[256];
    auto_free char *text = NULL;
    bool dynamic, any;
    int r = interpreter(program, loader, &dynamic, err);

    if (r < 0 || !dynamic)
        return r;
    if (around->root && !realpath(around->root, l.root))
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "%s: cannot be read", around->root);
    if (!*loader) /* a library: this command's own loader knows it, if any does */
        r = interpreter("/proc/self/exe", ours, &any, err);
    if (r == 0) /* as ldd does it: goes on where something is missing */
        r = file_run_read(
            (const char *const[]){"env", "LD_TRACE_LOADED_OBJECTS=1", *loader ? loader : ours, program, NULL}, &text,
            err);
    if (r < 0)
        return r;
    r = add_listed(&l, text, err);
    return r == 0 && *loader ? add_one(&l, loader, err) : r;
}
