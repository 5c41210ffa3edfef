#include "emit.h"

#include "../file.h"
#include "tables.h"

#include <string.h>

int emit_file(output *o, const char *path, const char *from, emit_fn *write, const void *arg, opsdk_error *err)
{
    auto_free char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    if (!to)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    write(to, arg);
    if (fclose(to) != 0)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    return output_file(o, path, from, text, err);
}

static void write_header(FILE *to, const void *u)
{
    tables_header(to, u);
}

static void write_source(FILE *to, const void *u)
{
    tables_source(to, u);
}

int emit_tables(project *p, output *o, opsdk_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < p->n_units; i++) {
        const unit *u = p->units[i];
        int stem = (int)strlen(u->path) - 2;
        r = emit_file(o, pool_format(p->pool, "%.*s_gen.h", stem, u->path), "types.h", write_header, u, err);
        if (r == 0)
            r = emit_file(o, pool_format(p->pool, "%.*s_gen.c", stem, u->path), "types.h", write_source, u, err);
    }
    return r;
}
