#include "apiserver/kinds/tables.h"
#include "tests/support/suite.h"

#include <string.h>

static const resource *find(const char *group, const char *plural)
{
    for (const resource *r = KINDS; r->plural; r++)
        if (strcmp(r->group, group) == 0 && strcmp(r->plural, plural) == 0)
            return r;
    return NULL;
}

START_TEST(each_is_complete_and_there_once)
{
    for (const resource *r = KINDS; r->plural; r++) {
        ck_assert_ptr_nonnull(r->group);
        ck_assert_str_eq(r->version, "v1");
        ck_assert(r->singular && r->kind && r->schema && r->verbs);
        ck_assert_ptr_eq(find(r->group, r->plural), r);
        for (const subresource *s = r->subresources; s && s->name; s++)
            ck_assert(s->verbs && (!s->kind == !s->version));
    }
}
END_TEST

/* The store keeps the values of one table's fields for both. */
START_TEST(both_groups_of_events_read_the_same_fields)
{
    const selectable *core = find("", "events")->selectables, *other = find("events.k8s.io", "events")->selectables;

    for (; other->name; core++, other++)
        ck_assert_str_eq(core->pointer, other->pointer);
}
END_TEST

TESTS("resources", each_is_complete_and_there_once, both_groups_of_events_read_the_same_fields)
