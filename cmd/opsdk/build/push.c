#include "push.h"

#include "../file.h"
#include "registry.h"

#include <stdio.h>
#include <string.h>

static int refused(const char *what, const registry_reply *reply, opsdk_error *err)
{
    int code = reply->status == 403 ? OPSDK_EFORBIDDEN : reply->status == 404 ? OPSDK_ENOTFOUND : OPSDK_EREJECTED;

    return opsdk_error_set(err, code, "the registry refuses %s (%ld): %s", what, reply->status, registry_reason(reply));
}

/* An upload that has begun is finished at the place that the registry named. */
static int upload(registry *g, const char *place, const digest *d, const registry_request *body, opsdk_error *err)
{
    auto_free char *url = file_format("%s%cdigest=%s", place, strchr(place, '?') ? '&' : '?', d->text);
    registry_request q = *body;
    registry_reply reply;
    int r;

    q.method = "PUT";
    q.path = url;
    q.type = "application/octet-stream";
    if (!url)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    r = registry_ask(g, &q, &reply, err);
    if (r == 0 && reply.status != 201)
        r = refused(d->text, &reply, err);
    return r;
}

static int push_blob(registry *g, const reference *name, const digest *d, const registry_request *body,
                     opsdk_error *err)
{
    auto_free char *there = file_format("/v2/%s/blobs/%s", name->repository, d->text);
    auto_free char *begin = file_format("/v2/%s/blobs/uploads/", name->repository);
    auto_free char *place = NULL;
    registry_reply reply;
    int r;

    if (!there || !begin)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    r = registry_ask(g, &(registry_request){.method = "HEAD", .path = there}, &reply, err);
    if (r == 0 && reply.status == 200) {
        printf("%.19s: is there already\n", d->text);
        return 0;
    }
    if (r == 0)
        r = registry_ask(g, &(registry_request){.method = "POST", .path = begin}, &reply, err);
    if (r == 0 && (reply.status != 202 || !*reply.location))
        r = refused(name->repository, &reply, err);
    if (r < 0)
        return r;
    place = strdup(reply.location);
    r = place ? upload(g, place, d, body, err) : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    if (r == 0)
        printf("%.19s: sent\n", d->text);
    return r;
}

static int push_manifest(registry *g, const image *i, opsdk_error *err)
{
    auto_free char *path = file_format("/v2/%s/manifests/%s", i->name.repository, i->name.tag);
    registry_request q = {.method = "PUT", .path = path, .type = IMAGE_MEDIA_MANIFEST, .text = i->manifest};
    registry_reply reply;
    int r = path ? registry_ask(g, &q, &reply, err) : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");

    if (r == 0 && reply.status != 201)
        r = refused("the manifest", &reply, err);
    if (r == 0 && *reply.content_digest && strcmp(reply.content_digest, i->digest.text) != 0)
        r = opsdk_error_set(err, OPSDK_EPROTO, "the registry has stored %s, but %s was sent", reply.content_digest,
                            i->digest.text);
    if (r == 0)
        printf("%s: pushed, %s\n", i->name.full, i->digest.text);
    return r;
}

int push_image(const image *i, const push_opts *opts, opsdk_error *err)
{
    registry *g = NULL;
    int r = registry_open(&i->name, opts, &g, err);

    if (r < 0)
        return r;
    for (size_t n = 0; r == 0 && n < i->len; n++)
        r = push_blob(g, &i->name, &i->layers[n].blob,
                      &(registry_request){.file = i->layers[n].file, .size = i->layers[n].size}, err);
    if (r == 0)
        r = push_blob(g, &i->name, &i->config_digest, &(registry_request){.text = i->config}, err);
    if (r == 0)
        r = push_manifest(g, i, err);
    registry_close(g);
    return r;
}
