/* A resource with every type and every marker (tests/fixtures/everything): random values survive decode and encode byte for byte, and the
 * embedded server takes its definition and keeps what is written. */
#include "tests/fixtures/everything/api/v1/types_gen.c"
#include "tests/support/suite.h"

#include <opsdk/apiserver.h>
#include <stdlib.h>
#include <string.h>

static const char *const texts[] = {"",
                                    "a",
                                    "True",
                                    "0",
                                    "null",
                                    "\xc3\xa4\xe2\x82\xac",
                                    "a\nb\t\"\\",
                                    "$ref",
                                    "~1/",
                                    "\x01\x7f",
                                    "2026-01-01T00:00:00Z",
                                    "64Mi",
                                    "80%"};
#define ANY_TEXT texts[(size_t)random() % (sizeof(texts) / sizeof(texts[0]))]

static json_t *any_json(int depth)
{
    json_t *value;

    switch (random() % (depth > 0 ? 7 : 5)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(random() % 2);
    case 2:
        return json_integer((json_int_t)random() << (random() % 32));
    case 3:
        return json_real((double)(random() - random()) / 3);
    case 4:
        return json_string(ANY_TEXT);
    case 5:
        value = json_array();
        for (int n = random() % 3; n > 0; n--)
            json_array_append_new(value, any_json(depth - 1));
        return value;
    default:
        value = json_object();
        for (int n = random() % 3; n > 0; n--)
            json_object_set_new(value, ANY_TEXT, any_json(depth - 1));
        return value;
    }
}

typedef struct items {
    enum opsdk_presence is;
    size_t len;
    char *items;
} items;

static void fill(void *to, const opsdk_schema *s);

static void fill_items(items *list, const opsdk_schema *s)
{
    size_t first = (size_t)random();

    list->is = (enum opsdk_presence)(random() % 3);
    if (list->is != OPSDK_IS_SET)
        return;
    list->len = (size_t)random() % 4;
    list->items = list->len > 0 ? calloc(list->len, s->stride) : NULL;
    for (size_t i = 0; i < list->len; i++) {
        if (s->shape == OPSDK_SHAPE_MAP)
            *(const char **)(list->items + i * s->stride) = texts[(first + i) % (sizeof(texts) / sizeof(texts[0]))];
        fill(list->items + i * s->stride + s->at, s->of);
        /* Absent in a list is null once it is written. */
        if (s->of->shape == OPSDK_SHAPE_OPTIONAL && *(enum opsdk_presence *)(list->items + i * s->stride + s->at) == 0)
            *(enum opsdk_presence *)(list->items + i * s->stride + s->at) = OPSDK_IS_NULL;
        if (s->of->shape == OPSDK_SHAPE_JSON && !*(json_t **)(list->items + i * s->stride + s->at))
            *(json_t **)(list->items + i * s->stride + s->at) = json_null();
        if ((s->of->shape == OPSDK_SHAPE_LIST || s->of->shape == OPSDK_SHAPE_MAP) &&
            ((items *)(list->items + i * s->stride + s->at))->is == OPSDK_IS_ABSENT)
            ((items *)(list->items + i * s->stride + s->at))->is = OPSDK_IS_NULL;
    }
}

static int64_t any_number(void)
{
    static const int64_t edges[] = {0, 1, -1, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, (int64_t)1 << 53};

    return random() % 2 ? edges[random() % 8] : random() - random();
}

static void fill(void *to, const opsdk_schema *s)
{
    static const double reals[] = {0, -0.0, 0.1, 1, -1, 1e300, 5e-324, 9007199254740993, 1.0 / 3};
    opsdk_int_or_string *either = to;

    switch (s->shape) {
    case OPSDK_SHAPE_BOOL:
        *(bool *)to = random() % 2;
        break;
    case OPSDK_SHAPE_INT32:
        *(int32_t *)to = (int32_t)any_number();
        break;
    case OPSDK_SHAPE_INT64:
        *(int64_t *)to = any_number();
        break;
    case OPSDK_SHAPE_DOUBLE:
        *(double *)to = reals[random() % 9];
        break;
    case OPSDK_SHAPE_STRING:
        *(const char **)to = ANY_TEXT;
        break;
    case OPSDK_SHAPE_INT_OR_STRING:
        *either =
            random() % 2 ? (opsdk_int_or_string){.text = ANY_TEXT} : (opsdk_int_or_string){.number = any_number()};
        break;
    case OPSDK_SHAPE_JSON:
        *(json_t **)to = random() % 3 ? any_json(3) : NULL;
        break;
    case OPSDK_SHAPE_STRUCT:
        for (const opsdk_field *f = s->fields; f->name; f++)
            fill((char *)to + f->at, f->schema);
        break;
    case OPSDK_SHAPE_OPTIONAL:
        *(enum opsdk_presence *)to = (enum opsdk_presence)(random() % 3);
        if (*(enum opsdk_presence *)to == OPSDK_IS_SET)
            fill((char *)to + s->at, s->of);
        break;
    default:
        fill_items(to, s);
    }
}

static char *text_of(const everything *e)
{
    json_t *tree = everything_encode(e);
    char *text = json_dumps(tree, JSON_COMPACT);

    ck_assert_ptr_nonnull(text);
    json_decref(tree);
    return text;
}

START_TEST(random_values_survive)
{
    srandom(1);
    for (int i = 0; i < 2000; i++) {
        everything e = {0}, back, copy;
        opsdk_auto_object *obj = NULL;
        opsdk_error err = {0};
        char *text, *again;

        fill(&e, &everything_schema);
        text = text_of(&e);
        ck_assert_msg(opsdk_object_parse(&EVERYTHING, text, strlen(text), &obj, &err) == 0, "%s", err.message);
        ck_assert_msg(everything_decode(obj, &back, &err) == 0, "%s\n%s", err.message, text);
        ck_assert_msg(everything_equal(&e, &back), "%s", text);
        again = text_of(&back);
        ck_assert_str_eq(text, again);
        ck_assert_int_eq(everything_copy(&back, &copy, NULL), 0);
        ck_assert(everything_equal(&copy, &e));
        everything_clear(&e);
        everything_clear(&back);
        everything_clear(&copy);
        free(text);
        free(again);
    }
}
END_TEST

/* Any other member changes the text, and the other way round: equal is neither too strict nor too lax. */
START_TEST(equal_is_that_of_the_text)
{
    srandom(2);
    for (int i = 0; i < 3000; i++) {
        thing_names a = {0}, b = {0};
        json_t *ta, *tb;

        fill(&a, &thing_names_schema);
        fill(&b, &thing_names_schema);
        if (random() % 2)
            b = a;
        if (random() % 2)
            fill(&b.ref, thing_names_schema.fields[5].schema);
        ta = thing_names_encode(&a);
        tb = thing_names_encode(&b);
        ck_assert_int_eq(thing_names_equal(&a, &b), json_equal(ta, tb));
        json_decref(ta);
        json_decref(tb);
    }
}
END_TEST

static thing_spec valid(void)
{
    static const char *letters[] = {"a", "True"};
    static thing_part parts[] = {{.name = "one", .protocol = "UDP", .port = 1, .target = OPSDK_SOME({.text = "80%"})}};
    thing_spec spec = {
        .truth = false,
        .minimum = 15,
        .maximum = 20,
        .host = "example",
        .percent = {.text = "5%"},
        .memory = OPSDK_SOME({.text = "64Mi"}),
        .since = OPSDK_SOME("2026-01-01T00:00:00Z"),
        .maybe = {.is = OPSDK_IS_NULL},
        .decided = OPSDK_SOME(false),
        .parts = OPSDK_ITEMS(parts),
        .letters = OPSDK_ITEMS(letters),
        .source = {.number = OPSDK_SOME(0)},
        .names = OPSDK_SOME({.class_ = OPSDK_SOME(true), .ref = OPSDK_SOME("r"), .dashes = OPSDK_SOME("")}),
    };

    return spec;
}

START_TEST(the_embedded_server_takes_it)
{
    everything e = {.spec = valid()}, back;
    opsdk_apiserver *server = NULL;
    opsdk_client *client = NULL;
    opsdk_auto_object *obj = NULL;
    opsdk_error err = {0};
    int r;

    ck_assert_int_eq(opsdk_apiserver_start(NULL, &server, NULL), 0);
    r = opsdk_apiserver_load(server, "tests/fixtures/everything/deploy/crd.yaml", &err);
    ck_assert_msg(r == 0, "%s", err.message);
    ck_assert_int_eq(
        opsdk_client_new(&(opsdk_client_opts){.kubeconfig = opsdk_apiserver_kubeconfig(server)}, &client, NULL), 0);
    r = opsdk_create(client, OPSDK_KEY(&EVERYTHING, "default", "x"), everything_encode(&e), NULL, &obj, &err);
    ck_assert_msg(r == 0, "%s", err.message);
    ck_assert_msg(everything_decode(obj, &back, &err) == 0, "%s", err.message);
    ck_assert_str_eq(back.spec.labels.items[0].value, "first"); /* a default */
    back.spec.labels.is = OPSDK_IS_ABSENT;
    back.spec.labels.len = 0;
    free(back.spec.labels.items);
    back.spec.labels.items = NULL;
    ck_assert(thing_spec_equal(&e.spec, &back.spec));
    everything_clear(&back);

    e.spec.minimum = 7;
    r = opsdk_create(client, OPSDK_KEY(&EVERYTHING, "default", "y"), everything_encode(&e), NULL, NULL, &err);
    ck_assert_int_eq(r, OPSDK_EREJECTED);
    ck_assert_msg(strstr(err.message, "multiple of 5"), "%s", err.message);
    opsdk_client_free(client);
    opsdk_apiserver_stop(server);
}
END_TEST

TESTS("everything", random_values_survive, equal_is_that_of_the_text, the_embedded_server_takes_it)
