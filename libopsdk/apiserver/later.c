/* Stand-ins until the parts land that these belong to; each goes with its part. */
#include "apiserver/admission/admission.h"
#include "apiserver/apply/managed.h"
#include "apiserver/meta.h"
#include "apiserver/schema/decode.h"

#define LATER __attribute__((weak))

LATER int managed_update(const managed_write *w, json_t *obj, const json_t *old, failure *why)
{
    (void)w, (void)obj, (void)old, (void)why;
    return 0;
}

LATER int managed_apply(const managed_write *w, const json_t *live, const json_t *config, bool force, json_t **ret,
                        failure *why)
{
    (void)w, (void)live, (void)config, (void)force, (void)ret;
    return failure_set(why, 501, "NotImplemented", "server-side apply is not there yet");
}

LATER int decode_custom(const schema *s, json_t *doc, const decode_opts *o, failure *why)
{
    (void)s, (void)doc, (void)o, (void)why;
    return 0;
}

LATER int schema_default(const schema *s, json_t *doc)
{
    (void)s, (void)doc;
    return 0;
}

LATER int admission_mutate(call *c, json_t *obj, const json_t *old, bool *ret_released, failure *why)
{
    (void)c, (void)obj, (void)old, (void)ret_released, (void)why;
    return 0;
}

LATER int admission_validate(call *c, const json_t *obj, const json_t *old, bool *ret_released, failure *why)
{
    (void)c, (void)obj, (void)old, (void)ret_released, (void)why;
    return 0;
}
