/* Checks of single values; between validate.c and validate_value.c only. */
#ifndef APISERVER_VALIDATE_H
#define APISERVER_VALIDATE_H

#include "apiserver/schema/findings.h"
#include "apiserver/schema/rules.h"

typedef struct checker {
    findings_room room;
} checker;

bool number_is_whole(double value); /* as the server sees it: nearly will do */

void check_choice(checker *c, const schema_rules *r, const json_t *value, findings *f);
void check_text(checker *c, const schema *s, const json_t *value, findings *f);
void check_number(checker *c, const schema_rules *r, const json_t *value, findings *f);
void add_too_many(checker *c, findings *f, int64_t n, int64_t max, const char *what);

#endif
