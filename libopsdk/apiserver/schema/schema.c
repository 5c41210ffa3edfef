#include "apiserver/schema/schema.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *name, const void *field)
{
    return strcmp(name, ((const schema_field *)field)->name);
}

const schema_field *schema_field_of(const schema *s, const char *name)
{
    return s && s->n ? bsearch(name, s->fields, s->n, sizeof(*s->fields), by_name) : NULL;
}

const schema *schema_child(const schema *s, const char *key)
{
    const schema_field *field = schema_field_of(s, key);

    return field ? field->type : s ? s->items : NULL;
}

const schema SCHEMA_ANYTHING = {.type = SCHEMA_ANY, .preserve_unknown = true};
