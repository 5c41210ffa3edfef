#include <opsdk.h>
#include <stdio.h>

/* What "opsdk generate" writes for a types.h with this struct; see docs/markers.md. */
typedef struct example_spec {
    const char *image;
    OPSDK_OPTIONAL(int32_t) replicas;
} example_spec;

#define MEMBER(f) (((example_spec *)0)->f)
static const opsdk_schema replicas = OPSDK_TABLE_OPTIONAL(MEMBER(replicas), &OPSDK_SCHEMA_INT32);
static const opsdk_field fields[] = {
    {"image", &OPSDK_SCHEMA_STRING, offsetof(example_spec, image)},
    {"replicas", &replicas, offsetof(example_spec, replicas)},
    {0},
};
static const opsdk_schema schema = OPSDK_TABLE_STRUCT(example_spec, fields);

int example_schema(const opsdk_object *obj, opsdk_error *err);
int example_schema(const opsdk_object *obj, opsdk_error *err)
{
    example_spec spec;
    int r = opsdk_decode(opsdk_at(obj, "/spec"), &schema, &spec, err);

    if (r < 0)
        return r;
    printf("%d of %s\n", (int)OPSDK_OR(spec.replicas, 1), spec.image);
    opsdk_schema_clear(&spec, &schema);
    return 0;
}
