#include "apiserver/pods/target.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/meta.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"

#include <string.h>

static const char *const lists[] = {"initContainers", "containers", "ephemeralContainers"};

/* In the order in which the real server walks them. */
static void names(const json_t *spec, buf *out)
{
    size_t i;
    json_t *one;

    for (size_t list = 0; list < 3; list++)
        json_array_foreach(doc_get(spec, lists[list]), i, one)
            buf_printf(out, "%s%s", out->len ? " " : "", doc_text(one, "name"));
}

static bool has(const json_t *spec, const char *name)
{
    size_t i;
    json_t *one;

    for (size_t list = 0; list < 3; list++)
        json_array_foreach(doc_get(spec, lists[list]), i, one) if (doc_is(one, "name", name)) return true;
    return false;
}

static int choose(const json_t *doc, const char *asked, const char **ret, failure *why)
{
    const json_t *spec = doc_get(doc, "spec"), *list = doc_get(spec, "containers");
    const char *name = meta_text(doc, "name");
    auto_buf all = BUF_INIT(65536);

    *ret = asked;
    if (asked && *asked)
        return has(spec, asked) ? 0 : failure_bad_request(why, "container %s is not valid for pod %s", asked, name);
    *ret = doc_text(json_array_get(list, 0), "name");
    if (json_array_size(list) == 1)
        return 0;
    names(spec, &all);
    return failure_bad_request(why, "a container name must be specified for pod %s, choose one of: [%s]", name,
                               all.data ? all.data : "");
}

int target_find(call *c, json_t **ret_pod, const char **ret_container, failure *why)
{
    const item *it = verb_find(c, why);

    if (!it)
        return -1;
    *ret_pod = version_read(c->res, it);
    if (!*ret_pod)
        return failure_memory(why);
    return choose(*ret_pod, request_param(&c->rq, "container"), ret_container, why);
}

int target_check_node(const json_t *pod, failure *why)
{
    if (*doc_text(doc_get(pod, "spec"), "nodeName"))
        return 0;
    return failure_bad_request(why, "pod %s does not have a host assigned", meta_text(pod, "name"));
}
