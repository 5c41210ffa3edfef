#include "apiserver/kinds/schemas.h"
#include "apiserver/schema/decode.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

/* Decodes text; what comes out, or the message of the failure, and the warnings. */
typedef struct outcome {
    json_t *doc, *warnings;
    failure why;
} outcome;

static outcome decode(const schema *s, const char *kind, enum field_validation validation, const char *text)
{
    outcome ret = {.doc = json_loads(text, 0, NULL), .warnings = json_array()};
    decode_opts o = {kind, "v1", validation, ret.warnings, text, strlen(text), false};

    ck_assert_ptr_nonnull(ret.doc);
    ck_assert_int_eq(decode_builtin(s, ret.doc, &o, &ret.why), ret.why.code ? -1 : 0);
    return ret;
}

static void clear(outcome *out)
{
    json_decref(out->doc);
    json_decref(out->warnings);
    failure_clear(&out->why);
}

static void becomes(const schema *s, const char *text, const char *want)
{
    json_t *wanted = json_loads(want, 0, NULL);
    outcome out = decode(s, "Thing", VALIDATION_WARN, text);
    char *got = json_dumps(out.doc, JSON_COMPACT);

    ck_assert_ptr_nonnull(wanted);
    ck_assert_msg(json_equal(out.doc, wanted), "%s became %s", text, got);
    ck_assert_int_eq(out.why.code, 0);
    json_decref(wanted);
    free(got);
    clear(&out);
}

static void fails(const schema *s, const char *kind, const char *text, const char *want)
{
    static const char before[] = " cannot be handled as a ";
    outcome out = decode(s, kind, VALIDATION_STRICT, text);
    const char *reason;

    ck_assert_int_eq(out.why.code, 400);
    ck_assert_str_eq(out.why.reason, "BadRequest");
    reason = strstr(out.why.message, before);
    ck_assert_str_eq(reason + strlen(before) + strlen(kind) + 2, want);
    clear(&out);
}

START_TEST(drops_what_omitempty_drops)
{
    becomes(&schema_core_v1_ConfigMap, "{\"metadata\":{\"name\":\"a\",\"labels\":{},\"annotations\":null},\"data\":{}}",
            "{\"metadata\":{\"name\":\"a\"}}");
    becomes(&schema_core_v1_ConfigMap, "{\"data\":{\"a\":null,\"b\":\"\"},\"immutable\":false}",
            "{\"metadata\":{},\"data\":{\"a\":\"\",\"b\":\"\"},\"immutable\":false}");
    becomes(
        &schema_apps_v1_DeploymentSpec,
        "{\"replicas\":0,\"minReadySeconds\":0,\"paused\":false,\"selector\":{\"matchLabels\":{}},\"strategy\":null}",
        "{\"replicas\":0,\"selector\":{},\"strategy\":{},\"template\":{\"metadata\":{},\"spec\":{\"containers\":null}}"
        "}");
}
END_TEST

START_TEST(sends_what_is_always_sent)
{
    becomes(&schema_core_v1_Container, "{\"name\":\"a\"}", "{\"name\":\"a\",\"resources\":{}}");
    becomes(&schema_core_v1_Service, "{}", "{\"metadata\":{},\"spec\":{},\"status\":{\"loadBalancer\":{}}}");
    becomes(&schema_rbac_v1_ClusterRole, "{\"rules\":[]}", "{\"metadata\":{},\"rules\":null}");
    becomes(&schema_core_v1_PodCondition, "{\"type\":\"Ready\",\"status\":\"True\"}",
            "{\"type\":\"Ready\",\"status\":\"True\",\"lastProbeTime\":null,\"lastTransitionTime\":null}");
    becomes(&schema_core_v1_Volume, "{\"name\":\"a\",\"emptyDir\":{}}", "{\"name\":\"a\",\"emptyDir\":{}}");
}
END_TEST

START_TEST(puts_values_in_canonical_form)
{
    becomes(&schema_core_v1_ResourceRequirements, "{\"limits\":{\"cpu\":\"1000m\",\"memory\":1073741824,\"x\":0.5}}",
            "{\"limits\":{\"cpu\":\"1\",\"memory\":\"1073741824\",\"x\":\"500m\"}}");
    becomes(&schema_core_v1_Secret, "{\"data\":{\"a\":\"YQ==\\n\",\"b\":null,\"c\":\"YR==\"}}",
            "{\"metadata\":{},\"data\":{\"a\":\"YQ==\",\"b\":\"\",\"c\":\"YQ==\"}}");
    becomes(&schema_coordination_v1_LeaseSpec, "{\"renewTime\":\"2026-11-24T10:11:12.000001+01:00\"}",
            "{\"renewTime\":\"2026-11-24T09:11:12.000001Z\"}");
    becomes(&schema_core_v1_ServicePort, "{\"port\":80}", "{\"port\":80,\"targetPort\":0}");
}
END_TEST

START_TEST(says_type_errors_as_go_does)
{
    const schema *pod = &schema_core_v1_Pod;

    fails(pod, "Pod", "{\"metadata\":\"a\"}",
          "json: cannot unmarshal string into Go struct field Pod.metadata of type v1.ObjectMeta");
    fails(pod, "Pod", "{\"metadata\":{\"labels\":{\"x\":1}}}",
          "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string");
    fails(pod, "Pod", "{\"spec\":{\"containers\":[{\"ports\":\"x\"}]}}",
          "json: cannot unmarshal string into Go struct field Container.spec.containers.ports of type "
          "[]v1.ContainerPort");
    fails(pod, "Pod", "{\"spec\":{\"restartPolicy\":1}}",
          "json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy");
    fails(pod, "Pod", "{\"spec\":{\"activeDeadlineSeconds\":1.5}}",
          "json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64");
    fails(pod, "Pod", "{\"spec\":{\"containers\":[{\"ports\":[{\"containerPort\":99999999999}]}]}}",
          "json: cannot unmarshal number 99999999999 into Go struct field "
          "ContainerPort.spec.containers.ports.containerPort of "
          "type int32");
    fails(pod, "Pod", "{\"spec\":{\"volumes\":[{\"emptyDir\":5}]}}",
          "json: cannot unmarshal number into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type "
          "v1.EmptyDirVolumeSource");
    fails(pod, "Pod", "{\"metadata\":{\"creationTimestamp\":12}}",
          "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string");
    fails(&schema_core_v1_Secret, "Secret", "{\"data\":{\"a\":\"b!\"}}", "illegal base64 data at input byte 1");
    fails(&schema_core_v1_Service, "Service", "{\"spec\":{\"ports\":[{\"targetPort\":true}]}}",
          "json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32");
}
END_TEST

/* A type that decodes itself ends the decoding at once: its error hides an earlier one of another type. */
START_TEST(lets_the_last_of_two_kinds_of_errors_stand)
{
    fails(&schema_core_v1_Pod, "Pod",
          "{\"spec\":{\"restartPolicy\":1,\"containers\":[{\"resources\":{\"limits\":{\"cpu\":\"1mi\"}}}]}}",
          "unable to parse quantity's suffix");
}
END_TEST

static void warns(const schema *s, const char *text, const char *want)
{
    json_t *wanted = json_loads(want, 0, NULL);
    outcome out = decode(s, "Thing", VALIDATION_WARN, text);
    char *got = json_dumps(out.warnings, 0);

    ck_assert_msg(json_equal(out.warnings, wanted), "warned of %s", got);
    json_decref(wanted);
    free(got);
    clear(&out);
}

START_TEST(tells_of_unknown_and_duplicate_fields_in_order)
{
    warns(&schema_core_v1_Pod, "{\"spec\":{\"foo\":1,\"containers\":[{\"name\":\"a\",\"bar\":{\"z\":1}}]},\"x\":2}",
          "[\"unknown field \\\"spec.foo\\\"\",\"unknown field \\\"spec.containers[0].bar\\\"\",\"unknown field "
          "\\\"x\\\"\"]");
    warns(&schema_core_v1_Pod,
          "{\"metadata\":{\"labels\":{\"a\":\"{:\",\"a\":\"\\\"\"}},\"spec\":{\"foo\":{\"b\":1,\"b\":2},\"foo\":2,"
          "\"containers\":"
          "[{},{\"name\":\"a\",\"bar\":1,\"name\":\"b\"}]}}",
          "[\"duplicate field \\\"metadata.labels.a\\\"\",\"unknown field \\\"spec.foo\\\"\",\"unknown field "
          "\\\"spec.containers[1].bar\\\"\",\"duplicate field \\\"spec.containers[1].name\\\"\"]");
    fails(&schema_core_v1_ConfigMap, "ConfigMap", "{\"data\":{\"a\":\"1\",\"a\":\"2\"},\"dat\":1}",
          "strict decoding error: duplicate field \"data.a\", unknown field \"dat\"");
}
END_TEST

START_TEST(prunes_silently_where_that_is_asked)
{
    outcome out = decode(&schema_core_v1_ConfigMap, "ConfigMap", VALIDATION_IGNORE, "{\"x\":1,\"data\":{\"a\":\"1\"}}");

    ck_assert_int_eq(out.why.code, 0);
    ck_assert_uint_eq(json_array_size(out.warnings), 0);
    ck_assert_ptr_null(json_object_get(out.doc, "x"));
    clear(&out);
}
END_TEST

/* Schemas within additionalProperties are decoded by the type itself, which knows nothing of strictness. */
START_TEST(decodes_schemas_within_schemas)
{
    becomes(&schema_apiextensions_v1_JSONSchemaProps,
            "{\"additionalProperties\":{\"type\":\"string\",\"nullable\":false,\"x\":1},\"items\":{\"maxLength\":0},"
            "\"default\":{\"a\":null},\"maximum\":2.0}",
            "{\"additionalProperties\":{\"type\":\"string\"},\"items\":{\"maxLength\":0},\"default\":{\"a\":null},"
            "\"maximum\":2}");
    warns(&schema_apiextensions_v1_JSONSchemaProps,
          "{\"additionalProperties\":{\"x\":1,\"x\":2},\"default\":{\"y\":1,\"y\":2}}", "[]");
}
END_TEST

TESTS("decode_builtin", drops_what_omitempty_drops, sends_what_is_always_sent, puts_values_in_canonical_form,
      says_type_errors_as_go_does, lets_the_last_of_two_kinds_of_errors_stand,
      tells_of_unknown_and_duplicate_fields_in_order, prunes_silently_where_that_is_asked,
      decodes_schemas_within_schemas)
