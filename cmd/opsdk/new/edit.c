#include "edit.h"

#include "../file.h"

#include <string.h>
#include <sys/stat.h>

int edit_open(edit *e, const char *path, opsdk_error *err)
{
    *e = (edit){.path = path};
    return file_read(path, &e->text, NULL, err);
}

int edit_new(edit *e, const char *path, char *text, opsdk_error *err)
{
    *e = (edit){.path = path, .text = text};
    if (!text)
        return opsdk_error_set(err, OPSDK_ENOMEM, "%s: out of memory", path);
    return file_exists(path) ? opsdk_error_set(err, OPSDK_EEXISTS, "%s is there already", path) : 0;
}

int edit_insert(edit *e, const char *at, const char *text, opsdk_error *err)
{
    char *changed = file_format("%.*s%s%s", (int)(at - e->text), e->text, text, at);

    if (!changed)
        return opsdk_error_set(err, OPSDK_ENOMEM, "%s: out of memory", e->path);
    free(e->text);
    e->text = changed;
    return 0;
}

const char *edit_line(const edit *e, const char *at)
{
    while (at > e->text && at[-1] != '\n')
        at--;
    return at;
}

int edit_save(const edit *e, opsdk_error *err)
{
    struct stat st;
    mode_t mode = stat(e->path, &st) == 0 ? st.st_mode & 0777 : 0644;

    return file_write(e->path, e->text, strlen(e->text), mode, err);
}

void edit_clear(edit *e)
{
    free(e->text);
    e->text = NULL;
}
