#include "apiserver/options.h"

#include "apiserver/go_print.h"
#include "apiserver/limits.h"
#include "apiserver/schema/rune.h"

#include <string.h>

/* What the real server decodes the options of a verb into; NULL: it has none, or the verb reads them. */
static const char *kind_of(const char *verb)
{
    static const char *const kinds[][2] = {
        {"create", "CreateOptions"}, {"update", "UpdateOptions"}, {"patch", "PatchOptions"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(verb, kinds[i][0]) == 0)
            return kinds[i][1];
    }
    return NULL;
}

static json_t *all_of(const request *rq, const char *name)
{
    json_t *all = json_array();

    for (size_t i = 0; i < rq->n_params; i++) {
        if (strcmp(rq->params[i].name, name) == 0)
            json_array_append_new(all, json_string(rq->params[i].value));
    }
    return all;
}

static bool all_are(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *one = json_string_value(json_array_get(list, i));
        if (!one || strcmp(one, text) != 0)
            return false;
    }
    return true;
}

static void check_dry_run(call *c, field_errors *errors)
{
    json_auto_t *values = NULL, *valid = NULL;

    if (!request_param(&c->rq, "dryRun"))
        return;
    values = all_of(&c->rq, "dryRun");
    valid = json_pack("[s]", "All");
    c->dry_run = json_array_size(values) > 0;
    if (!all_are(values, "All"))
        field_unsupported(errors, "dryRun", values, valid);
}

static void check_validation(const call *c, field_errors *errors)
{
    static const char *const known[] = {"", "Ignore", "Strict", "Warn"};
    const char *text = request_param(&c->rq, "fieldValidation");
    json_auto_t *value = NULL, *valid = NULL;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!text || strcmp(text, known[i]) == 0)
            return;
    }
    value = json_string(text);
    valid = json_pack("[s, s, s, s]", known[0], known[1], known[2], known[3]);
    field_unsupported(errors, "fieldValidation", value, valid);
}

static void check_manager(const call *c, field_errors *errors)
{
    const char *text = request_param(&c->rq, "fieldManager");
    size_t len = text ? strlen(text) : 0, n;
    json_auto_t *value = len ? json_string(text) : NULL;
    int32_t r;

    if (len > LIMIT_MANAGER_NAME)
        field_too_long(errors, "fieldManager", LIMIT_MANAGER_NAME);
    for (size_t i = 0; i < len; i += n) {
        n = rune_next(text + i, len - i, &r);
        if (!go_is_print(r))
            field_invalid(errors, "fieldManager", value, "invalid character U+%04X (at position %zu)", (unsigned)r, i);
    }
}

static void check_patch(const call *c, field_errors *errors)
{
    bool apply = call_is_type(c, "application/apply-patch+yaml");
    const char *manager = request_param(&c->rq, "fieldManager");

    if (apply && (!manager || !*manager))
        field_required(errors, "fieldManager", "is required for apply patch");
    if (!apply && request_param(&c->rq, "force"))
        field_forbidden(errors, "force", "may not be specified for non-apply patch");
}

int options_read(call *c, failure *why)
{
    const char *kind = kind_of(c->rq.verb);
    auto_field_errors errors = {0};

    if (!kind)
        return 0;
    if (strcmp(kind, "PatchOptions") == 0)
        check_patch(c, &errors);
    check_manager(c, &errors);
    check_dry_run(c, &errors);
    check_validation(c, &errors);
    return field_errors_result(&errors, "meta.k8s.io", kind, "", why);
}
