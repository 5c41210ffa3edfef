#include "tests/support/suite.h"

#include <opsdk.h>

START_TEST(found_by_any_name)
{
    static const opsdk_kind *const kinds[] = {&OPSDK_POD,        &OPSDK_CONFIGMAP, &OPSDK_SECRET, &OPSDK_SERVICE,
                                              &OPSDK_DEPLOYMENT, &OPSDK_NAMESPACE, &OPSDK_EVENT};
    static const char *const brief[] = {"po", "cm", "secret", "svc", "deploy", "ns", "ev"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        ck_assert_ptr_eq(opsdk_kind_find(kinds[i]->kind), kinds[i]);
        ck_assert_ptr_eq(opsdk_kind_find(kinds[i]->plural), kinds[i]);
        ck_assert_ptr_eq(opsdk_kind_find(brief[i]), kinds[i]);
    }
    ck_assert_ptr_eq(opsdk_kind_find("pod"), &OPSDK_POD);
    ck_assert_ptr_null(opsdk_kind_find(""));
    ck_assert_ptr_null(opsdk_kind_find("podss"));
    ck_assert(OPSDK_NAMESPACE.cluster_scoped && !OPSDK_POD.cluster_scoped);
}
END_TEST

TESTS("kind", found_by_any_name)
