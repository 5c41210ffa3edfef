/* What the two halves of typed access share. */
#ifndef CORE_SCHEMA_H
#define CORE_SCHEMA_H

#include <opsdk/schema.h>

/* Every OPSDK_LIST_OF and OPSDK_MAP_OF in memory.  An entry of a map begins with its key. */
typedef struct schema_items {
    enum opsdk_presence is;
    size_t len;
    char *items;
} schema_items;

/* The i-th item, of a map its value. */
char *schema_item(const schema_items *list, const opsdk_schema *s, size_t i);

bool schema_is_absent(const void *value, const opsdk_schema *s);
bool schema_is_null(const void *value, const opsdk_schema *s);

#endif
