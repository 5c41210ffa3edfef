#include "apiserver/discovery/discovery.h"
#include "apiserver/accept.h"
#include "apiserver/discovery/documents.h"
#include "apiserver/http.h"
#include "apiserver/json_put.h"
#include "apiserver/limits.h"
#include "apiserver/paths.h"
#include "apiserver/verbs.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define AGGREGATED_TYPE "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

/* A document as it was when the registry had this generation. */
typedef struct kept {
    bool made;
    uint64_t generation;
    buf text;
    char tag[TAG_ROOM];
} kept;

struct discovery {
    kept core, groups; /* aggregated */
};

discovery *discovery_free(discovery *d)
{
    if (d) {
        buf_clear(&d->core.text);
        buf_clear(&d->groups.text);
    }
    free(d);
    return NULL;
}

static discovery *state(apiserver *s)
{
    if (!s->discovery)
        s->discovery = calloc(1, sizeof(*s->discovery));
    return s->discovery;
}

/* ---- documents that clients keep ---- */

void discovery_tag(const buf *text, char room[TAG_ROOM])
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char sum[SHA512_DIGEST_LENGTH];

    SHA512((const unsigned char *)text->data, text->len, sum);
    for (size_t i = 0; i < sizeof(sum); i++) {
        room[2 * i] = digits[sum[i] >> 4];
        room[2 * i + 1] = digits[sum[i] & 15];
    }
    room[TAG_ROOM - 1] = '\0';
}

int discovery_answer_tagged(call *c, const char *type, const char *tag, const buf *text, failure *why)
{
    free(c->etag);
    if (asprintf(&c->etag, "\"%s\"", tag) < 0)
        c->etag = NULL;
    if (!c->etag)
        return failure_memory(why);
    if (strcmp(c->rq.if_none_match, c->etag) == 0)
        return call_answer_text(c, 304, "", "", 0);
    return call_answer_text(c, 200, type, text->data, text->len) < 0 ? failure_memory(why) : 0;
}

static int refresh(kept *k, const registry *r, bool core)
{
    json_t *doc;

    if (k->made && k->generation == registry_generation(r))
        return 0;
    doc = document_aggregated(r, core);
    k->text.max = LIMIT_REPLY;
    buf_reset(&k->text);
    k->made = json_put(doc, &k->text) == 0;
    if (k->made) {
        buf_addc(&k->text, '\n');
        k->generation = registry_generation(r);
        discovery_tag(&k->text, k->tag);
    }
    json_decref(doc);
    return k->made ? 0 : -1;
}

static int answer_aggregated(call *c, bool core, failure *why)
{
    discovery *d = state(c->server);
    kept *k = d ? (core ? &d->core : &d->groups) : NULL;

    if (!k || refresh(k, c->server->resources, core) < 0)
        return failure_memory(why);
    c->caching = "public";
    return discovery_answer_tagged(c, AGGREGATED_TYPE, k->tag, &k->text, why);
}

/* ---- what is accepted ---- */

enum wish { WISH_NOTHING, WISH_PLAIN, WISH_AGGREGATED };

static enum wish wish_of(const call *c, bool aggregated)
{
    accept_range ranges[ACCEPT_RANGES];
    size_t n = accept_parse(c->rq.accept, ranges);

    if (!*c->rq.accept)
        return WISH_PLAIN;
    for (size_t i = 0; i < n; i++) {
        const accept_range *r = &ranges[i];
        if (!accept_allows(r, "application/json"))
            continue;
        if (r->as.len == 0)
            return WISH_PLAIN;
        if (aggregated && accept_is(r->as, "APIGroupDiscoveryList") && accept_is(r->group, "apidiscovery.k8s.io") &&
            accept_is(r->version, "v2"))
            return WISH_AGGREGATED;
    }
    return WISH_NOTHING;
}

static int fail_accept(failure *why)
{
    return failure_set(why, 406, "NotAcceptable",
                       "only the following media types are accepted: application/json, application/yaml, "
                       "application/vnd.kubernetes.protobuf");
}

static int answer_plain(call *c, json_t *doc, failure *why)
{
    if (!doc)
        return failure_memory(why);
    if (wish_of(c, false) == WISH_PLAIN)
        return call_answer(c, 200, doc, why);
    json_decref(doc);
    return fail_accept(why);
}

/* ---- paths ---- */

/* One version's resources; false: there is none such. */
static bool answer_version(call *c, const char *group, const char *version, int *ret, failure *why)
{
    size_t n = 0;
    group_version *all = groups_list(c->server->resources, &n);
    bool found = false;

    for (size_t i = 0; all && !found && i < n; i++) {
        found = strcmp(all[i].group, group) == 0 && strcmp(all[i].version, version) == 0;
        if (found)
            *ret = answer_plain(c, document_resources(c->server->resources, &all[i]), why);
    }
    free(all);
    return found;
}

/* The part up to the next slash into room; what stands behind it.  A slash at the end does not count. */
static const char *next_part(const char *rest, char *room, size_t len)
{
    size_t n = strcspn(rest, "/");

    snprintf(room, len, "%.*s", (int)(n < len ? n : len - 1), rest);
    return rest + n + (rest[n] == '/');
}

int discovery_core(call *c, const char *rest, failure *why)
{
    const char *address = strstr(http_url(c->server), "://");
    char version[LIMIT_KEY];
    int r = 0;

    if (!*rest)
        return wish_of(c, true) == WISH_AGGREGATED
                   ? answer_aggregated(c, true, why)
                   : answer_plain(c, document_versions(address ? address + 3 : ""), why);
    rest = next_part(rest, version, sizeof(version));
    return !*rest && answer_version(c, "", version, &r, why) ? r : fail_unknown(why);
}

/* A custom group answers whatever the method is. */
static int answer_group(call *c, const char *group, const char *rest, failure *why)
{
    bool builtin = groups_has_builtin(c->server->resources, group);
    char version[LIMIT_KEY];
    json_t *doc = NULL;
    int r = 0;

    if (!*rest) {
        doc = document_group(c->server->resources, group);
        return doc ? answer_plain(c, doc, why) : path_unknown(c);
    }
    rest = next_part(rest, version, sizeof(version));
    if (builtin && strcmp(c->rq.method, "GET") != 0)
        return fail_method(why);
    if (!*rest && answer_version(c, group, version, &r, why))
        return r;
    return builtin ? fail_unknown(why) : path_unknown(c);
}

int discovery_groups(call *c, const char *rest, failure *why)
{
    char group[LIMIT_KEY];

    if (*rest) {
        rest = next_part(rest, group, sizeof(group));
        return answer_group(c, group, rest, why);
    }
    if (wish_of(c, true) == WISH_AGGREGATED)
        return answer_aggregated(c, false, why);
    return answer_plain(c, document_groups(c->server->resources), why);
}
