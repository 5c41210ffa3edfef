/* Between strategic.c (maps) and strategic_list.c (lists). */
#ifndef APISERVER_PATCH_STRATEGIC_H
#define APISERVER_PATCH_STRATEGIC_H

#include "apiserver/failure.h"
#include "apiserver/schema/schema.h"

/* Both trees belong to the merge and are changed.  The result is the caller's; NULL with *why. */
json_t *strategic_map(json_t *original, json_t *patch, const schema *s, failure *why);

/* What the schema says of a list: its items, and how a patch merges it. */
typedef struct list_rule {
    const schema *items;
    const char *key; /* merge key; NULL: none */
    bool merge;      /* else a patch replaces it */
} list_rule;

/* Deletion by value ($deleteFromPrimitiveList) goes whatever the rule says. */
json_t *strategic_list(const json_t *original, const json_t *patch, const list_rule *rule, bool deletion, failure *why);

/* Sorts what is in list and in order by order, the rest by home, and merges the two ($setElementOrder). */
json_t *strategic_order(const json_t *list, const json_t *order, const json_t *home, const char *key, failure *why);

/* The order that the server takes for that of the original list after a merge by key.  The real one merges in place and looks at as many
 * items as there were before: where an item went, one that was added can stand. */
json_t *strategic_home(const json_t *original, const json_t *patch, const char *key, failure *why);

/* Are there items, all of one type? */
int strategic_one_type(const json_t *original, const json_t *patch, failure *why);

/* The items of a patch must be in the order's order, and be in it. */
int strategic_check_order(const json_t *patch, const json_t *order, const char *key, failure *why);

/* A copy without what has a $patch directive; NULL: nothing is left, or (with *why) no memory. */
json_t *strategic_plain(const json_t *v, failure *why);

#define DIRECTIVE "$patch"
bool is_text(const json_t *v, const char *text); /* a string, and this */
/* All are 500 without a reason, as the real server answers. */
int fail_arg(const char *expected, const json_t *actual, failure *why);
int fail_key(const json_t *map, const char *key, failure *why);
int fail_directive(const json_t *directive, const json_t *map, failure *why);

#endif
