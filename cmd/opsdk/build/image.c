#include "image.h"

#include "../file.h"
#include "tarball.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int no_memory(opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

int image_add(image *i, char *file, const char *media, const digest *blob, const digest *diff, uint64_t size,
              opsdk_error *err)
{
    if (!file || i->len == IMAGE_LAYERS) {
        free(file);
        return file ? opsdk_error_set(err, OPSDK_EINVAL, "more than %d layers", IMAGE_LAYERS) : no_memory(err);
    }
    i->layers[i->len++] = (image_layer){.file = file, .media = media, .blob = *blob, .diff = *diff, .size = size};
    return 0;
}

void image_clear(image *i)
{
    for (size_t n = 0; n < i->len; n++)
        free(i->layers[n].file);
    json_decref(i->base);
    free(i->config);
    free(i->manifest);
    *i = (image){0};
}

static const char *architecture(void)
{
    static const char *const names[][2] = {
        {"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i686", "386"}, {"armv7l", "arm"}};
    static struct utsname u;

    uname(&u);
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
        if (strcmp(u.machine, names[n][0]) == 0)
            return names[n][1];
    return u.machine;
}

static json_t *strings(const char *const *list)
{
    json_t *ret = json_array();

    for (; list && *list; list++)
        json_array_append_new(ret, json_string(*list));
    return ret;
}

/* A variable of the base gives way to one of the same name. */
static void set_env(json_t *env, const char *setting)
{
    size_t n, len = strcspn(setting, "=") + 1;
    json_t *item;

    json_array_foreach(env, n, item)
    {
        const char *old = json_string_value(item);

        if (old && strncmp(old, setting, len) == 0) {
            json_array_set_new(env, n, json_string(setting));
            return;
        }
    }
    json_array_append_new(env, json_string(setting));
}

static json_t *run_config(const image *i)
{
    json_t *ret = json_deep_copy(json_object_get(i->base, "config"));
    json_t *env;

    if (!ret)
        ret = json_pack("{s:s}", "WorkingDir", "/");
    env = json_object_get(ret, "Env");
    if (!json_is_array(env)) {
        env = json_array();
        json_object_set_new(ret, "Env", env);
    }
    for (const char *const *e = i->env; e && *e; e++)
        set_env(env, *e);
    if (i->user)
        json_object_set_new(ret, "User", json_string(i->user));
    if (i->entrypoint && *i->entrypoint) {
        json_object_set_new(ret, "Entrypoint", strings(i->entrypoint));
        json_object_del(ret, "Cmd");
    }
    return ret;
}

static char *make_config(const image *i)
{
    json_t *diffs = json_array(), *root;
    char *text;

    for (size_t n = 0; n < i->len; n++)
        json_array_append_new(diffs, json_string(i->layers[n].diff.text));
    root = json_pack("{s:s, s:s, s:s, s:o, s:{s:s, s:o}}", "created", "1970-01-01T00:00:00Z", "architecture",
                     architecture(), "os", "linux", "config", run_config(i), "rootfs", "type", "layers", "diff_ids",
                     diffs);
    text = root ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(root);
    return text;
}

static json_t *descriptor(const char *media, const digest *d, uint64_t size)
{
    return json_pack("{s:s, s:s, s:I}", "mediaType", media, "digest", d->text, "size", (json_int_t)size);
}

static char *make_manifest(const image *i)
{
    json_t *layers = json_array(), *root;
    char *text;

    for (size_t n = 0; n < i->len; n++)
        json_array_append_new(layers, descriptor(i->layers[n].media, &i->layers[n].blob, i->layers[n].size));
    root = json_pack("{s:i, s:s, s:o, s:o}", "schemaVersion", 2, "mediaType", IMAGE_MEDIA_MANIFEST, "config",
                     descriptor(IMAGE_MEDIA_CONFIG, &i->config_digest, strlen(i->config)), "layers", layers);
    text = root ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(root);
    return text;
}

int image_finish(image *i, opsdk_error *err)
{
    i->config = make_config(i);
    if (!i->config)
        return no_memory(err);
    i->config_digest = digest_of(i->config, strlen(i->config));
    i->manifest = make_manifest(i);
    if (!i->manifest)
        return no_memory(err);
    i->digest = digest_of(i->manifest, strlen(i->manifest));
    return 0;
}

static char *make_index(const image *i)
{
    json_t *manifest = descriptor(IMAGE_MEDIA_MANIFEST, &i->digest, strlen(i->manifest)), *root;
    char *text;

    /* The first name is for containerd, the second what the specification knows. */
    json_object_set_new(manifest, "annotations",
                        json_pack("{s:s, s:s}", "io.containerd.image.name", i->name.full,
                                  "org.opencontainers.image.ref.name", i->name.tag));
    root = json_pack("{s:i, s:s, s:[o]}", "schemaVersion", 2, "mediaType", "application/vnd.oci.image.index.v1+json",
                     "manifests", manifest);
    text = root ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(root);
    return text;
}

static json_t *blob_path(const digest *d)
{
    return json_sprintf("blobs/sha256/%s", digest_hex(d));
}

/* What "docker load" of any age reads. */
static char *make_docker(const image *i)
{
    json_t *layers = json_array(), *root;
    char *text;

    for (size_t n = 0; n < i->len; n++)
        json_array_append_new(layers, blob_path(&i->layers[n].blob));
    root = json_pack("[{s:o, s:[s], s:o}]", "Config", blob_path(&i->config_digest), "RepoTags", i->name.given, "Layers",
                     layers);
    text = root ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(root);
    return text;
}

static int put_text(tarball *t, const char *name, char *text, opsdk_error *err)
{
    int r = text ? tarball_text(t, name, 0644, text, strlen(text), err) : no_memory(err);

    free(text);
    return r;
}

static int put_blob(tarball *t, const digest *d, const char *text, const char *file, opsdk_error *err)
{
    auto_free char *name = file_format("blobs/sha256/%s", digest_hex(d));

    if (!name)
        return no_memory(err);
    return text ? tarball_text(t, name, 0644, text, strlen(text), err) : tarball_file(t, name, 0644, file, err);
}

static bool seen(const image *i, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(i->layers[k].blob.text, i->layers[n].blob.text) == 0)
            return true;
    return false;
}

static int put_all(const image *i, tarball *t, opsdk_error *err)
{
    int r = put_text(t, "oci-layout", strdup("{\"imageLayoutVersion\":\"1.0.0\"}"), err);

    if (r == 0)
        r = put_text(t, "index.json", make_index(i), err);
    if (r == 0)
        r = put_text(t, "manifest.json", make_docker(i), err);
    if (r == 0)
        r = put_blob(t, &i->digest, i->manifest, NULL, err);
    if (r == 0)
        r = put_blob(t, &i->config_digest, i->config, NULL, err);
    for (size_t n = 0; r == 0 && n < i->len; n++)
        if (!seen(i, n))
            r = put_blob(t, &i->layers[n].blob, NULL, i->layers[n].file, err);
    return r;
}

int image_write(const image *i, const char *out, opsdk_error *err)
{
    auto_free char *aside = file_format("%s.new", out);
    tarball t;
    digest d;
    int r = aside ? file_parents(out, err) : no_memory(err);

    if (r == 0)
        r = tarball_open(&t, aside, err);
    if (r < 0)
        return r;
    r = put_all(i, &t, err);
    if (r == 0)
        r = tarball_close(&t, &d, err);
    else
        tarball_close(&t, NULL, NULL);
    if (r == 0 && rename(aside, out) < 0)
        r = opsdk_error_set(err, OPSDK_EIO, "%s: cannot be renamed to %s", aside, out);
    if (r < 0)
        unlink(aside);
    return r;
}
