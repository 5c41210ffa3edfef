#include "core/labels.h"
#include "tests/support/suite.h"

#include <opsdk/error.h>
#include <string.h>

START_TEST(matches)
{
    static const char text[] =
        "{\"metadata\":{\"name\":\"a\",\"labels\":{\"app\":\"x\",\"example.com/tier\":\"\",\"n\":\"1\"}}}";
    static const struct {
        const char *selector;
        int want;
    } all[] = {
        {"", 1},
        {"app=x", 1},
        {"app==x", 1},
        {"app=y", 0},
        {"app!=y", 1},
        {"app!=x", 0},
        {"app", 1},
        {"!app", 0},
        {"!old", 1},
        {"old", 0},
        {"old=", 0},
        {"old!=x", 1},
        {"app=x,n=1", 1},
        {"app=x,n=2", 0},
        {" app = x , n != 2 ", 1},
        {"app=x,old", 0},
        {"example.com/tier=", 1},
        {"example.com/tier", 1},
        {"app=xx", 0},
        {"ap=x", 0},
        {"app in (x)", OPSDK_EINVAL},
        {"app notin (y)", OPSDK_EINVAL},
        {"=x", OPSDK_EINVAL},
        {"app>1", OPSDK_EINVAL},
        {"!app=x", OPSDK_EINVAL},
        {"app=x;n", OPSDK_EINVAL},
        {"app=x,n in (1,2)", OPSDK_EINVAL},
    };
    char longer[1000];
    opsdk_auto_object *obj = NULL;

    ck_assert_int_eq(opsdk_object_parse(&OPSDK_POD, text, strlen(text), &obj, NULL), 0);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        ck_assert_msg(labels_match(all[i].selector, obj) == all[i].want, "'%s'", all[i].selector);
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    ck_assert_int_eq(labels_match(longer, obj), OPSDK_EINVAL);
}
END_TEST

TESTS("labels", matches)
