#include "runtime/cache.h"
#include "runtime/queue.h"
#include "runtime/source.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

static const opsdk_kind EXPORTER = {"example.com/v2", "Exporter", "exporters", false};

typedef struct fixture {
    opsdk_handler handler;
    source_target to;
    interest *interest;
} fixture;

static void setup(fixture *f, const opsdk_source *s)
{
    const char *pointer = s->selected_by ? s->selected_by : s->referred_by;

    f->handler = (opsdk_handler){.name = "h", .kind = &EXPORTER};
    f->to = (source_target){.handler = &f->handler, .cache = cache_new("ns"), .queue = queue_new(&EXPORTER, 1, 1)};
    f->to.interest = f->interest = pointer ? interest_new(&EXPORTER, pointer, s->referred_by) : NULL;
}

static void teardown(fixture *f)
{
    interest_free(f->interest);
    cache_free(f->to.cache);
    queue_free(f->to.queue);
}

static void primary(fixture *f, const char *ns, const char *name, const char *spec)
{
    opsdk_auto_object *obj =
        object_of(&EXPORTER, "{'metadata':{'name':'%s','namespace':'%s'},'spec':%s}", name, ns, spec);

    ck_assert_int_eq(interest_note(f->interest, obj, false), 0);
}

/* Takes both. */
static void change(fixture *f, const opsdk_source *s, opsdk_event_type type, opsdk_object *old, opsdk_object *now)
{
    source_map(s, &f->to, &(watch_change){type, old, now, false});
    opsdk_object_unref(old);
    opsdk_object_unref(now);
}

/* Which keys are queued: "a b", in order of their names; takes them out. */
static const char *queued(fixture *f)
{
    static char text[256];
    queue_stats stats;
    queue_item item;

    text[0] = '\0';
    for (queue_read(f->to.queue, &stats); stats.depth > 0; queue_read(f->to.queue, &stats)) {
        ck_assert(queue_take(f->to.queue, &item));
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s/%s", *text ? " " : "", item.key.ns,
                 item.key.name);
        queue_done(f->to.queue, &item, 0);
    }
    return text;
}

static opsdk_object *labelled(const char *app)
{
    return object_of(&OPSDK_POD, "{'metadata':{'name':'p','namespace':'ns','labels':{'app':'%s'}}}", app);
}

START_TEST(owner_by_kind_and_group)
{
    static const opsdk_source s = {.kind = &OPSDK_POD, .owned = true};
    fixture f;

    setup(&f, &s);
    change(&f, &s, OPSDK_ADDED, NULL,
           object_of(&OPSDK_POD,
                     "{'metadata':{'name':'p','namespace':'ns','ownerReferences':["
                     "{'apiVersion':'example.com/v1','kind':'Exporter','name':'yes','controller':true},"
                     "{'apiVersion':'example.com/v1','kind':'Exporter','name':'no-controller'},"
                     "{'apiVersion':'example.org/v1','kind':'Exporter','name':'other-group','controller':true},"
                     "{'apiVersion':'v1','kind':'Exporter','name':'no-group','controller':true},"
                     "{'apiVersion':'example.com/v1','kind':'Other','name':'other-kind','controller':true}]}}"));
    ck_assert_str_eq(queued(&f), "ns/yes");
    change(&f, &s, OPSDK_DELETED, NULL, labelled("x"));
    ck_assert_str_eq(queued(&f), "");
    teardown(&f);
}
END_TEST

START_TEST(selector_before_and_after)
{
    static const opsdk_source s = {.kind = &OPSDK_POD, .selected_by = "/spec/selector"};
    fixture f;

    setup(&f, &s);
    primary(&f, "ns", "x", "{'selector':{'matchLabels':{'app':'x'}}}");
    primary(&f, "ns", "y", "{'selector':{'app':'y'}}");
    primary(&f, "ns", "none", "{}");
    primary(&f, "other", "x", "{'selector':{'app':'x'}}");
    change(&f, &s, OPSDK_ADDED, NULL, labelled("x"));
    ck_assert_str_eq(queued(&f), "ns/x");
    change(&f, &s, OPSDK_MODIFIED, labelled("x"), labelled("z")); /* the label is taken away */
    ck_assert_str_eq(queued(&f), "ns/x");
    change(&f, &s, OPSDK_DELETED, labelled("y"), labelled("y"));
    ck_assert_str_eq(queued(&f), "ns/y");
    change(&f, &s, OPSDK_MODIFIED, labelled("z"), labelled("z"));
    ck_assert_str_eq(queued(&f), "");
    teardown(&f);
}
END_TEST

START_TEST(reference_by_name)
{
    static const opsdk_source s = {.kind = &OPSDK_CONFIGMAP, .referred_by = "/spec/config/name"};
    fixture f;

    setup(&f, &s);
    primary(&f, "ns", "a", "{'config':{'name':'p'}}");
    primary(&f, "ns", "b", "{'config':{'name':'q'}}");
    primary(&f, "ns", "c", "{}");
    change(&f, &s, OPSDK_MODIFIED, labelled("1"), labelled("2"));
    ck_assert_str_eq(queued(&f), "ns/a");
    teardown(&f);
}
END_TEST

static void map(const opsdk_object *changed, bool deleted, opsdk_cache *cache, opsdk_queue *queue, void *user)
{
    (void)cache;
    (void)user;
    opsdk_queue_add(queue, OPSDK_KEY(&EXPORTER, deleted ? "deleted" : "ns", opsdk_object_label(changed, "app")));
}

START_TEST(function_for_both_states)
{
    static const opsdk_source s = {.kind = &OPSDK_POD, .map = map};
    fixture f;

    setup(&f, &s);
    change(&f, &s, OPSDK_MODIFIED, labelled("before"), labelled("after"));
    ck_assert_str_eq(queued(&f), "ns/before ns/after");
    change(&f, &s, OPSDK_DELETED, labelled("gone"), labelled("gone"));
    ck_assert_str_eq(queued(&f), "deleted/gone");
    teardown(&f);
}
END_TEST

/* Another source of the kind may want the state before; this one is not told of it. */
START_TEST(function_for_what_is_now)
{
    static const opsdk_source s = {.kind = &OPSDK_POD, .map = map, .now_only = true};
    fixture f;

    setup(&f, &s);
    change(&f, &s, OPSDK_MODIFIED, labelled("before"), labelled("after"));
    ck_assert_str_eq(queued(&f), "ns/after");
    teardown(&f);
}
END_TEST

START_TEST(one_rule_only)
{
    static const opsdk_source none = {.kind = &OPSDK_POD}, two = {.kind = &OPSDK_POD, .owned = true, .map = map};
    opsdk_error err = {0};

    ck_assert_int_eq(source_check(&none, "h", &err), OPSDK_EINVAL);
    ck_assert_int_eq(source_check(&two, "h", &err), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "handler h, source Pod"));
}
END_TEST

TESTS("source", owner_by_kind_and_group, selector_before_and_after, reference_by_name, function_for_both_states,
      function_for_what_is_now, one_rule_only)
