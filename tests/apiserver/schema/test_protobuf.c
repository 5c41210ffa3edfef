/* Documents as Go sends them.  The bytes are written by hand from the numbers in Kubernetes' .proto files. */
#include "apiserver/kinds/schemas.h"
#include "apiserver/schema/protobuf.h"
#include "core/buf.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static const schema *find(const char *api_version, const char *kind, const void *user)
{
    (void)api_version, (void)kind;
    return user;
}

/* A field with bytes, or with text. */
static void put(buf *to, unsigned number, const void *data, size_t len)
{
    ck_assert_uint_lt(len, 16384);
    buf_addc(to, (char)(number << 3 | 2));
    if (len >= 128)
        buf_addc(to, (char)((len & 0x7f) | 0x80));
    buf_addc(to, (char)(len >= 128 ? len >> 7 : len));
    buf_add(to, data, len);
}

static void put_text(buf *to, unsigned number, const char *text)
{
    put(to, number, text, strlen(text));
}

static void put_number(buf *to, unsigned number, uint64_t value)
{
    buf_addc(to, (char)(number << 3));
    for (; value >= 128; value >>= 7)
        buf_addc(to, (char)((value & 0x7f) | 0x80));
    buf_addc(to, (char)value);
}

static void put_message(buf *to, unsigned number, buf *inner)
{
    put(to, number, inner->data, inner->len);
    buf_clear(inner);
    *inner = BUF_INIT(1 << 16);
}

static void envelope(buf *raw, const char *version, const char *kind, buf *out)
{
    auto_buf type = BUF_INIT(1 << 16);

    put_text(&type, 1, version);
    put_text(&type, 2, kind);
    buf_add(out, "k8s", 4);
    put_message(out, 1, &type);
    put_message(out, 2, raw);
}

static json_t *decode(const schema *s, buf *raw, const char *version, const char *kind)
{
    auto_buf out = BUF_INIT(1 << 16);
    auto_failure why = {0};
    json_t *doc = NULL;

    envelope(raw, version, kind, &out);
    ck_assert_msg(protobuf_decode(out.data, out.len, find, s, &doc, &why) == 0, "%s", why.message);
    return doc;
}

static void expect(json_t *doc, const char *text)
{
    json_error_t err;
    json_t *want = json_loads(text, 0, &err);
    char *got = json_dumps(doc, JSON_COMPACT);

    ck_assert_ptr_nonnull(want);
    ck_assert_msg(json_equal(doc, want), "%s", got);
    free(got);
    json_decref(doc);
    json_decref(want);
}

START_TEST(a_lease)
{
    auto_buf raw = BUF_INIT(1 << 16), part = BUF_INIT(1 << 16), time = BUF_INIT(1 << 16), entry = BUF_INIT(1 << 16);

    put_text(&part, 1, "mine");
    put(&part, 8, "", 0); /* creationTimestamp: none */
    put_text(&entry, 1, "a");
    put_text(&entry, 2, "b");
    put_message(&part, 11, &entry);
    put_text(&part, 14, "one");
    put_text(&part, 14, "two");
    put_message(&raw, 1, &part);
    put_text(&part, 1, "me");
    put_number(&part, 2, 15);
    put_number(&time, 1, 1700000000);
    put_number(&time, 2, 123456789);
    put_message(&part, 4, &time);
    put_number(&part, 77, 1); /* of a later version */
    put_message(&raw, 2, &part);
    expect(decode(&schema_coordination_v1_Lease, &raw, "coordination.k8s.io/v1", "Lease"),
           "{\"kind\":\"Lease\",\"apiVersion\":\"coordination.k8s.io/"
           "v1\",\"metadata\":{\"name\":\"mine\",\"labels\":{\"a\":\"b\"},"
           "\"finalizers\":[\"one\",\"two\"]},\"spec\":{\"holderIdentity\":\"me\",\"leaseDurationSeconds\":15,"
           "\"renewTime\":"
           "\"2023-11-14T22:13:20.123456Z\"}}");
}
END_TEST

/* Fields of structs within, quantities, numbers or strings, signs, bytes. */
START_TEST(a_pod)
{
    auto_buf raw = BUF_INIT(1 << 16), spec = BUF_INIT(1 << 16), part = BUF_INIT(1 << 16), inner = BUF_INIT(1 << 16),
             entry = BUF_INIT(1 << 16), value = BUF_INIT(1 << 16);

    put_text(&part, 1, "disk"); /* volumes: name, volumeSource.emptyDir */
    put(&inner, 2, "", 0);
    put_message(&part, 2, &inner);
    put_message(&spec, 1, &part);
    put_text(&part, 1, "main"); /* containers: name, resources.limits */
    put_text(&value, 1, "100m");
    put_text(&entry, 1, "cpu");
    put_message(&entry, 2, &value);
    put_message(&inner, 1, &entry);
    put_message(&part, 8, &inner);
    put_message(&spec, 2, &part);
    put_number(&spec, 4, (uint64_t)-30); /* terminationGracePeriodSeconds */
    put_number(&spec, 11, 1);            /* hostNetwork */
    put_message(&raw, 2, &spec);
    expect(decode(&schema_core_v1_Pod, &raw, "v1", "Pod"),
           "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"spec\":{\"volumes\":[{\"name\":\"disk\",\"emptyDir\":{}}],"
           "\"containers\":[{\"name\":"
           "\"main\",\"resources\":{\"limits\":{\"cpu\":\"100m\"}}}],\"terminationGracePeriodSeconds\":-30,"
           "\"hostNetwork\":true}}");
}
END_TEST

START_TEST(a_service_and_a_secret)
{
    auto_buf raw = BUF_INIT(1 << 16), spec = BUF_INIT(1 << 16), part = BUF_INIT(1 << 16), inner = BUF_INIT(1 << 16);

    put_number(&part, 3, 80);
    put_number(&inner, 1, 1);
    put_text(&inner, 3, "http");
    put_message(&part, 4, &inner);
    put_message(&spec, 1, &part);
    put_number(&part, 3, 81);
    put_number(&inner, 2, 8080);
    put_message(&part, 4, &inner);
    put_message(&spec, 1, &part);
    put_message(&raw, 2, &spec);
    expect(decode(&schema_core_v1_Service, &raw, "v1", "Service"),
           "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"spec\":{\"ports\":[{\"port\":80,\"targetPort\":\"http\"},{"
           "\"port\":81,"
           "\"targetPort\":8080}]}}");
    put_text(&part, 1, "k");
    put(&part, 2, "\0\1\2", 3);
    put_message(&raw, 2, &part);
    expect(decode(&schema_core_v1_Secret, &raw, "v1", "Secret"),
           "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"data\":{\"k\":\"AAEC\"}}");
}
END_TEST

/* Cut anywhere, and with any byte changed: refused or read, never a crash. */
START_TEST(what_is_malformed_is_refused)
{
    auto_buf raw = BUF_INIT(1 << 16), part = BUF_INIT(1 << 16), out = BUF_INIT(1 << 16);
    size_t refused = 0;

    put_text(&part, 1, "mine");
    put_message(&raw, 1, &part);
    put_number(&part, 2, 15);
    put_message(&raw, 2, &part);
    envelope(&raw, "coordination.k8s.io/v1", "Lease", &out);
    for (size_t len = 0; len < out.len; len++) {
        auto_failure why = {0};
        json_t *doc = NULL;
        refused += protobuf_decode(out.data, len, find, &schema_coordination_v1_Lease, &doc, &why) < 0;
        json_decref(doc);
    }
    ck_assert_uint_gt(refused, out.len / 2);
    for (size_t i = 0; i < out.len * 255; i++) {
        auto_failure why = {0};
        json_t *doc = NULL;
        out.data[i / 255] = (char)(out.data[i / 255] + 1);
        if (protobuf_decode(out.data, out.len, find, &schema_coordination_v1_Lease, &doc, &why) == 0)
            json_decref(doc);
        if (i % 255 == 254)
            out.data[i / 255] = (char)(out.data[i / 255] + 1);
    }
}
END_TEST

START_TEST(unknown_kinds_are_named)
{
    auto_buf raw = BUF_INIT(1 << 16), out = BUF_INIT(1 << 16);
    auto_failure why = {0};
    json_t *doc = NULL;

    put_number(&raw, 9, 1);
    envelope(&raw, "v1", "Nothing", &out);
    ck_assert_int_eq(protobuf_decode(out.data, out.len, find, NULL, &doc, &why), -1);
    ck_assert_str_eq(why.message, "no kind \"Nothing\" is registered for version \"v1\"");
}
END_TEST

TESTS("protobuf", a_lease, a_pod, a_service_and_a_secret, what_is_malformed_is_refused, unknown_kinds_are_named)
