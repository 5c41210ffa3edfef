#include "core/url.h"
#include "tests/support/suite.h"

START_TEST(resource_paths)
{
    static const opsdk_kind crd = {"banzaicloud.com/v1alpha1", "PrometheusJmxExporter", "prometheusjmxexporters",
                                   false};
    auto_buf b = BUF_INIT(4096);

    url_resource(&b, &OPSDK_POD, "ns", "a/b?c", "exec");
    ck_assert_str_eq(b.data, "/api/v1/namespaces/ns/pods/a%2Fb%3Fc/exec");
    buf_reset(&b);
    url_resource(&b, &crd, NULL, NULL, NULL);
    ck_assert_str_eq(b.data, "/apis/banzaicloud.com/v1alpha1/prometheusjmxexporters");
    buf_reset(&b);
    url_resource(&b, &OPSDK_NAMESPACE, "ignored", "x", NULL);
    ck_assert_str_eq(b.data, "/api/v1/namespaces/x");
}
END_TEST

START_TEST(queries)
{
    auto_buf b = BUF_INIT(4096);

    buf_puts(&b, "/x");
    url_query(&b, "labelSelector", "a in (b, c)");
    url_query(&b, "none", NULL);
    url_query(&b, "command", "a;b&c=d");
    ck_assert_str_eq(b.data, "/x?labelSelector=a%20in%20%28b%2C%20c%29&command=a%3Bb%26c%3Dd");
}
END_TEST

/* "" would list the collection, ".." would leave it. */
START_TEST(dangerous_segments)
{
    static const char *const bad[] = {"", ".", ".."};

    for (size_t i = 0; i < 3; i++) {
        auto_buf b = BUF_INIT(4096);
        url_resource(&b, &OPSDK_POD, "ns", bad[i], NULL);
        ck_assert(b.failed);
    }
}
END_TEST

TESTS("url", resource_paths, queries, dangerous_segments)
