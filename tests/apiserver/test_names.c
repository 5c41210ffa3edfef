#include "apiserver/names.h"
#include "tests/support/suite.h"

#include <string.h>

static void wrong(enum name_rule rule, const char *value, const char *first, size_t n)
{
    const char *got[NAME_WRONGS] = {0};

    ck_assert_uint_eq(name_check(rule, value, got), n);
    if (n)
        ck_assert_str_eq(got[0], first);
}

START_TEST(takes_good_names)
{
    wrong(NAME_DNS_SUBDOMAIN, "a.b-c.0", NULL, 0);
    wrong(NAME_DNS_LABEL, "0-a", NULL, 0);
    wrong(NAME_DNS_1035_LABEL, "a-0", NULL, 0);
    wrong(NAME_PATH_SEGMENT, "system:Node a", NULL, 0);
    wrong(NAME_QUALIFIED, "example.com/A_b.c", NULL, 0);
    wrong(NAME_LABEL_VALUE, "", NULL, 0);
    wrong(NAME_CONFIG_KEY, ".a_B-c", NULL, 0);
    wrong(NAME_ENVIRONMENT, "1 a!", NULL, 0);
    wrong(NAME_PORT, "web-1", NULL, 0);
    wrong(NAME_PERCENT, "25%", NULL, 0);
    wrong(NAME_WILDCARD_SUBDOMAIN, "*.a.b", NULL, 0);
}
END_TEST

START_TEST(says_what_is_wrong)
{
    char longish[300];

    memset(longish, 'a', sizeof(longish));
    longish[254] = '\0';
    wrong(NAME_DNS_SUBDOMAIN, longish, "must be no more than 253 characters", 1);
    wrong(NAME_DNS_LABEL, "a.b", "must not contain dots", 1);
    wrong(NAME_DNS_LABEL, "A",
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
          "end with "
          "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
          "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
          1);
    wrong(NAME_PATH_SEGMENT, "..", "may not be '..'", 1);
    wrong(NAME_PATH_SEGMENT, "a/b%", "may not contain '/'", 2);
    wrong(NAME_QUALIFIED, "/", "prefix part must be non-empty", 3);
    wrong(NAME_QUALIFIED, "", "name part must be non-empty", 2);
    wrong(NAME_CONFIG_KEY, "..a", "must not start with '..'", 1);
    wrong(NAME_ENVIRONMENT, "a=b",
          "a valid environment variable name must consist only of printable ASCII characters other than '='", 1);
    wrong(NAME_PORT, "-12345678901234--A", "must be no more than 15 characters", 5);
}
END_TEST

static void says(const field_errors *errors, size_t i, const char *field, const char *message)
{
    json_t *error = json_array_get(errors->list, i);

    ck_assert_str_eq(json_string_value(json_object_get(error, "field")), field);
    ck_assert_str_eq(json_string_value(json_object_get(error, "message")), message);
}

START_TEST(looks_at_prefixes_labels_and_annotations)
{
    json_auto_t *labels = json_pack("{s:s, s:s}", "a", "b!", "c", "d"),
                *annotations = json_pack("{s:s}", "EXAMPLE.com/A", "");
    auto_field_errors errors = {0};

    name_validate_prefix(NAME_DNS_SUBDOMAIN, "a-", "metadata.generateName", &errors);
    name_validate_prefix(NAME_PATH_SEGMENT, "..", "metadata.generateName", &errors);
    annotations_validate(annotations, "metadata.annotations", &errors);
    ck_assert_uint_eq(json_array_size(errors.list), 0);
    labels_validate(labels, "metadata.labels", &errors);
    json_object_set_new(annotations, "big", json_stringn(memset((char[262200]){0}, 'x', 262144), 262144));
    annotations_validate(annotations, "metadata.annotations", &errors);
    ck_assert_uint_eq(json_array_size(errors.list), 2);
    says(&errors, 0, "metadata.labels",
         "Invalid value: \"b!\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' "
         "or "
         "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
         "regex "
         "used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
    says(&errors, 1, "metadata.annotations", "Too long: may not be more than 262144 bytes");
}
END_TEST

TESTS("names", takes_good_names, says_what_is_wrong, looks_at_prefixes_labels_and_annotations)
