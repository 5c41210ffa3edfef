#include "apiserver/list_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXACT "Exact"
#define NOT_OLDER "NotOlderThan"

void list_options_clear(list_options *o)
{
    o->selection = selection_free(o->selection);
}

/* ---- numbers ---- */

int param_integer(const request *rq, const char *name, int64_t *ret, failure *why)
{
    const char *text = request_param(rq, name);
    size_t sign = text && (*text == '-' || *text == '+');

    *ret = 0;
    if (!text)
        return 0;
    if (!text[sign] || text[sign + strspn(text + sign, "0123456789")])
        return failure_bad_request(why, "strconv.ParseInt: parsing \"%s\": invalid syntax", text);
    errno = 0;
    *ret = strtoll(text, NULL, 10);
    if (errno)
        return failure_bad_request(why, "strconv.ParseInt: parsing \"%s\": value out of range", text);
    return 0;
}

bool revision_parse(const char *text, int64_t *ret, failure *why)
{
    const char *wrong = NULL;

    *ret = 0;
    errno = 0;
    if (text[strspn(text, "0123456789")])
        wrong = "invalid syntax";
    else if (*text)
        *ret = strtoll(text, NULL, 10);
    if (errno)
        wrong = "value out of range";
    if (!wrong)
        return true;
    failure_set(why, 500, "", "resourceVersion: Invalid value: \"%s\": strconv.ParseUint: parsing \"%s\": %s", text,
                text, wrong);
    return false;
}

int list_version(const list_options *o, int64_t *ret, failure *why)
{
    auto_failure plain = {0};

    if (revision_parse(o->version, ret, &plain))
        return 0;
    return failure_bad_request(why, "invalid resource version: %s", plain.message ? plain.message : "");
}

/* ---- what goes together ---- */

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static void unsupported_match(const list_options *o, bool watch, field_errors *errors)
{
    json_auto_t *value = json_string(o->match),
                *valid = watch ? json_pack("[s]", NOT_OLDER) : json_pack("[s, s, s]", EXACT, NOT_OLDER, "");

    field_unsupported(errors, "resourceVersionMatch", value, valid);
}

static void check_list(const list_options *o, field_errors *errors)
{
    const char *field = "resourceVersionMatch";

    if (*o->match && !*o->version)
        field_forbidden(errors, field, "resourceVersionMatch is forbidden unless resourceVersion is provided");
    if (*o->match && *o->token)
        field_forbidden(errors, field, "resourceVersionMatch is forbidden when continue is provided");
    if (*o->match && !is(o->match, EXACT) && !is(o->match, NOT_OLDER))
        unsupported_match(o, false, errors);
    if (is(o->match, EXACT) && is(o->version, "0"))
        field_forbidden(errors, field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    if (o->send_given)
        field_forbidden(errors, "sendInitialEvents", "sendInitialEvents is forbidden for list");
}

static void check_watch(const list_options *o, field_errors *errors)
{
    const char *field = "resourceVersionMatch";

    if (o->send_given && !is(o->match, NOT_OLDER))
        field_forbidden(errors, field, "sendInitialEvents requires setting resourceVersionMatch to " NOT_OLDER);
    if (*o->match && !o->send_given)
        field_forbidden(errors, field,
                        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    if (*o->match && !is(o->match, NOT_OLDER))
        unsupported_match(o, true, errors);
    if (*o->match && *o->token)
        field_forbidden(errors, field, "resourceVersionMatch is forbidden when continue is provided");
}

/* ---- the whole ---- */

static const char *text_of(const call *c, const char *name)
{
    const char *text = request_param(&c->rq, name);

    return text ? text : "";
}

/* A watch from any state begins with that state, as if it had been asked for so. */
static void set_defaults(list_options *o, bool watch)
{
    if (!watch || o->send_given || *o->match || (*o->version && !is(o->version, "0")))
        return;
    o->send_given = o->send = true;
    o->match = NOT_OLDER;
}

int list_options_read(call *c, list_options *ret, failure *why)
{
    bool watch = request_flag(&c->rq, "watch") || is(c->rq.verb, "watch");
    auto_field_errors errors = {0};
    list_options *o = ret;

    *o = (list_options){.version = text_of(c, "resourceVersion"),
                        .match = text_of(c, "resourceVersionMatch"),
                        .token = text_of(c, "continue"),
                        .bookmarks = request_flag(&c->rq, "allowWatchBookmarks"),
                        .send_given = request_param(&c->rq, "sendInitialEvents") != NULL,
                        .send = request_flag(&c->rq, "sendInitialEvents")};
    if (param_integer(&c->rq, "timeoutSeconds", &o->timeout_s, why) < 0 ||
        param_integer(&c->rq, "limit", &o->limit, why) < 0)
        return -1;
    if (selection_read(text_of(c, "labelSelector"), text_of(c, "fieldSelector"), &o->selection, why) < 0)
        return -1;
    set_defaults(o, watch);
    if (watch)
        check_watch(o, &errors);
    else
        check_list(o, &errors);
    if (field_errors_result(&errors, "meta.k8s.io", "ListOptions", "", why) < 0)
        return -1;
    if (selection_resolve(o->selection, c->res, why) < 0)
        return -1;
    return *c->rq.name ? selection_name(&o->selection, c->rq.name, why) : 0;
}
