#include "apiserver/crd/conditions.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *status_of(const json_t *crd)
{
    return json_object_get(crd, "status");
}

json_t *crd_condition_find(const json_t *crd, const char *type)
{
    const json_t *list = json_object_get(status_of(crd), "conditions");
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        if (strcmp(doc_text(one, "type"), type) == 0)
            return one;
    }
    return NULL;
}

bool crd_condition_true(const json_t *crd, const char *type)
{
    return strcmp(doc_text(crd_condition_find(crd, type), "status"), "True") == 0;
}

int crd_condition_set(json_t *crd, const crd_condition *c, const char *now)
{
    json_t *one = crd_condition_find(crd, c->type), *status = status_of(crd), *list;

    if (!status) {
        status = json_object();
        json_object_set_new(crd, "status", status);
    }
    list = json_object_get(status, "conditions");
    if (!json_is_array(list)) {
        list = json_array();
        json_object_set_new(status, "conditions", list);
    }
    if (!one) {
        one = json_pack("{s:s}", "type", c->type);
        json_array_append_new(list, one);
    }
    if (strcmp(doc_text(one, "status"), c->status) != 0)
        json_object_set_new(one, "lastTransitionTime", json_string(now));
    json_object_set_new(one, "status", json_string(c->status));
    json_object_set_new(one, "reason", json_string(c->reason));
    return json_object_set_new(one, "message", json_string(c->message));
}

/* ---- names ---- */

typedef struct naming {
    const json_t *wanted, *accepted, *others;
    json_t *new;
    char message[512];
    const char *reason; /* NULL: no conflict */
} naming;

/* Names of resources share one space, kinds another. */
static bool is_used(const naming *n, const char *name, bool kind)
{
    size_t i;
    json_t *other;

    json_array_foreach((json_t *)n->others, i, other)
    {
        const json_t *names = json_object_get(status_of(other), "acceptedNames");
        if (strcmp(doc_text(names, kind ? "kind" : "plural"), name) == 0 ||
            strcmp(doc_text(names, kind ? "listKind" : "singular"), name) == 0 ||
            (!kind && doc_has(json_object_get(names, "shortNames"), name)))
            return true;
    }
    return false;
}

static void put(json_t *names, const char *name, const json_t *value)
{
    if (value)
        json_object_set(names, name, (json_t *)value);
    else
        json_object_del(names, name);
}

/* Names that this CRD has itself are used in the eyes of the server as well, so that two of its own may not be the same. */
static bool is_taken(const naming *n, const char *name, bool kind)
{
    const json_t *own = n->accepted;

    return is_used(n, name, kind) || strcmp(doc_text(own, kind ? "kind" : "plural"), name) == 0 ||
           strcmp(doc_text(own, kind ? "listKind" : "singular"), name) == 0 ||
           (!kind && doc_has(json_object_get(own, "shortNames"), name));
}

static void settle(naming *n, const char *field, bool kind, const char *reason)
{
    const char *want = doc_text(n->wanted, field);

    if (strcmp(want, doc_text(n->accepted, field)) != 0 && is_taken(n, want, kind)) {
        n->reason = reason;
        snprintf(n->message, sizeof(n->message), "\"%s\" is already in use", want);
        return;
    }
    put(n->new, field, json_object_get(n->wanted, field));
}

static bool same(const json_t *a, const json_t *b)
{
    return (json_array_size(a) == 0 && json_array_size(b) == 0) || json_equal(a, b);
}

/* More than one conflict is told in brackets, as Go joins errors. */
static void settle_short_names(naming *n)
{
    const json_t *want = json_object_get(n->wanted, "shortNames"), *had = json_object_get(n->accepted, "shortNames");
    size_t i, len = 0, conflicts = 0;
    char text[480] = "";
    json_t *one;

    if (same(want, had))
        return;
    json_array_foreach((json_t *)want, i, one)
    {
        const char *name = json_string_value(one);
        if (doc_has(had, name) || !is_taken(n, name, false))
            continue;
        if (len < sizeof(text))
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\"%s\" is already in use", conflicts ? ", " : "",
                                    name);
        conflicts++;
    }
    if (conflicts == 0) {
        put(n->new, "shortNames", want);
        return;
    }
    n->reason = "ShortNamesConflict";
    snprintf(n->message, sizeof(n->message), conflicts > 1 ? "[%s]" : "%s", text);
}

static crd_condition established_after(const json_t *crd, bool accepted)
{
    const json_t *old = crd_condition_find(crd, "Established");
    crd_condition c = {"Established", "False", "NotAccepted", "not all names are accepted"};

    if (old)
        c = (crd_condition){"Established", doc_text(old, "status"), doc_text(old, "reason"), doc_text(old, "message")};
    if (strcmp(c.status, "True") != 0 && accepted)
        c = (crd_condition){"Established", "False", "Installing", "the initial names have been accepted"};
    return c;
}

static bool is_as(const json_t *condition, const crd_condition *c)
{
    return condition && strcmp(doc_text(condition, "status"), c->status) == 0 &&
           strcmp(doc_text(condition, "reason"), c->reason) == 0 &&
           strcmp(doc_text(condition, "message"), c->message) == 0;
}

static int store_names(json_t *crd, const naming *n, const char *now)
{
    crd_condition names = {"NamesAccepted", n->reason ? "False" : "True", n->reason ? n->reason : "NoConflicts",
                           n->reason ? n->message : "no conflicts found"};
    crd_condition established = established_after(crd, !n->reason);
    json_auto_t *copy = json_clone(crd); /* from which the strings of established come */

    if (!copy)
        return -1;
    if (json_equal(n->accepted, n->new) && is_as(crd_condition_find(crd, "NamesAccepted"), &names))
        return 0;
    established = established_after(copy, !n->reason);
    json_object_set(status_of(crd), "acceptedNames", n->new);
    if (crd_condition_set(crd, &names, now) < 0 || crd_condition_set(crd, &established, now) < 0)
        return -1;
    return 1;
}

bool crd_names_settled(const json_t *crd)
{
    return json_equal(json_object_get(json_object_get(crd, "spec"), "names"),
                      json_object_get(json_object_get(crd, "status"), "acceptedNames"));
}

int crd_settle_names(json_t *crd, const json_t *others, const char *now)
{
    naming n = {.wanted = json_object_get(json_object_get(crd, "spec"), "names"), .others = others};
    json_auto_t *had = json_clone(json_object_get(status_of(crd), "acceptedNames")), *new = NULL;

    if (crd_names_settled(crd))
        return 0;
    n.accepted = had;
    n.new = new = had ? json_clone(had) : json_object();
    if (!status_of(crd))
        json_object_set_new(crd, "status", json_object());
    if (!new)
        return -1;
    settle(&n, "plural", false, "PluralConflict");
    settle(&n, "singular", false, "SingularConflict");
    settle_short_names(&n);
    settle(&n, "kind", true, "KindConflict");
    settle(&n, "listKind", true, "ListKindConflict");
    put(n.new, "categories", json_object_get(n.wanted, "categories"));
    return store_names(crd, &n, now);
}
