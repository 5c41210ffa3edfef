#include "apiserver/schema/format.h"

#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

/* As k8s.io/kube-openapi/pkg/validation/strfmt decides. */
static const struct {
    const char *format, *text;
    bool holds;
} cases[] = {
    {"date", "2024-02-29", true},
    {"date", "2023-02-29", false},
    {"date-time", "2020-01-01T10:20:30Z", true},
    {"date-time", "2020-01-01t10:20:30.1231z", true},
    {"date-time", "2020-01-01T10:20:30+01:00", true},
    {"date-time", "2020-01-01T10:20:30", false},
    {"date-time", "2020-01-01T24:00:00Z", false},
    {"duration", "1h15m", true},
    {"duration", "22 ns", true},
    {"duration", "3 days", true},
    {"duration", "5", false},
    {"byte", "YQ==", true},
    {"byte", "YQ", false},
    {"byte", "", false},
    {"uri", "http://a.b:80/c?d", true},
    {"uri", "mailto:a@b", true},
    {"uri", "/x", true},
    {"uri", "x", false},
    {"uri", "http://h:8o/", false},
    {"uri", "http://[::1s]:80/", false},
    {"email", "a@b", true},
    {"email", "Joe <joe@x.org>", true},
    {"email", "a", false},
    {"hostname", "a-b.com", true},
    {"hostname", "a_b", false},
    {"hostname", "\xC3\xA4.de", true},
    {"ipv4", "01.2.3.4", true},
    {"ipv4", "256.1.1.1", false},
    {"ipv6", "::ffff:1.2.3.4", true},
    {"ipv6", "1.2.3.4", false},
    {"cidr", "10.0.0.0/8", true},
    {"cidr", "10.0.0.0/33", false},
    {"mac", "00:00:5e:00:53:01", true},
    {"mac", "00:00:5e:00:53", false},
    {"uuid", "123E4567E89B12D3A456426614174000", true},
    {"uuid4", "16fd2706-8baf-433b-82eb-8c7fada847da", true},
    {"uuid4", "16fd2706-8baf-333b-82eb-8c7fada847da", false},
    {"isbn", "978-3836221191", true},
    {"isbn10", "3 401 01319 X", true},
    {"isbn10", "3 401 01319 1", false},
    {"creditcard", "4220 8554 2622 2389", true},
    {"creditcard", "4220855426213389", false},
    {"ssn", "123-45-6789", true},
    {"ssn", "123456789", false},
    {"hexcolor", "#fff", true},
    {"rgbcolor", "rgb(0,31,255)", true},
    {"rgbcolor", "rgb(256,1,1)", false},
    {"password", "", true},
    {"bsonobjectid", "507f1f77bcf86cd799439011", true},
    {"k8s-short-name", "a-b", true},
    {"k8s-short-name", "a.b", false},
    {"k8s-long-name", "a.b", true},
};

START_TEST(decides_as_the_server_does)
{
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const format *f = format_find(cases[i].format);
        char *why = NULL;
        regex *re;

        ck_assert_msg(f, "%s", cases[i].format);
        re = f->pattern ? regex_new(f->pattern, strlen(f->pattern), &why) : NULL;
        ck_assert_msg(!f->pattern || re, "%s: %s", cases[i].format, why ? why : "");
        ck_assert_msg(format_holds(f, re, cases[i].text, strlen(cases[i].text)) == cases[i].holds, "%s of %s",
                      cases[i].format, cases[i].text);
        regex_free(re);
    }
}
END_TEST

START_TEST(knows_names_with_and_without_dashes)
{
    ck_assert_ptr_eq(format_find("datetime"), format_find("date-time"));
    ck_assert_ptr_null(format_find("int64"));
    ck_assert_ptr_null(format_find("dat"));
    ck_assert_ptr_null(format_find("datex"));
    ck_assert_ptr_null(format_find(""));
}
END_TEST

START_TEST(reads_go_durations)
{
    ck_assert(format_go_duration("1h15m30.5s", 10));
    ck_assert(format_go_duration("-.5s", 4));
    ck_assert(format_go_duration("0", 1));
    ck_assert(!format_go_duration("1", 1));
    ck_assert(!format_go_duration("s", 1));
    ck_assert(!format_go_duration("", 0));
}
END_TEST

TESTS("format", decides_as_the_server_does, knows_names_with_and_without_dashes, reads_go_durations)
