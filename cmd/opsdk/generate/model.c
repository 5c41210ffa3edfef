#include "model.h"

#include <stdarg.h>
#include <string.h>

bool problem(project *p, const char *file, int line, const char *fmt, ...)
{
    va_list ap;

    p->problems++;
    if (!p->say)
        return false;
    fprintf(p->say, "%s:%d: ", file, line);
    va_start(ap, fmt);
    vfprintf(p->say, fmt, ap);
    va_end(ap);
    fputc('\n', p->say);
    return false;
}

void project_right(project *p, const char *group, const char *resource, const char *verb)
{
    *pool_add(p->pool, p->rights, p->n_rights) = (right){.group = group, .resource = resource, .verb = verb};
}

const type *type_inner(const type *t)
{
    return t->shape == OPSDK_SHAPE_OPTIONAL ? t->of : t;
}

bool type_is_plain(const type *t)
{
    return t->shape <= OPSDK_SHAPE_INT_OR_STRING || t->shape == OPSDK_SHAPE_STRUCT;
}

bool field_has_default(const field *f)
{
    return json_object_get(f->facts, "default") || json_object_get(f->type->facts, "default") ||
           json_object_get(type_inner(f->type)->facts, "default");
}

bool field_is_required(const field *f)
{
    if (f->demand != DEMAND_BY_TYPE)
        return f->demand == DEMAND_REQUIRED;
    return type_is_plain(f->type) && !field_has_default(f);
}
