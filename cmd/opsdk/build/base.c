#include "base.h"

#include "../file.h"
#include "archive.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define DOCUMENT_MAX (4u << 20) /* of a manifest or configuration */

typedef struct base {
    FILE *f;
    const char *path, *work;
    image *to;
    tree *in_base;
} base;

/* A folder is one layer. */
static int add_folder(image *i, const char *path, const char *work, tree *in_base, opsdk_error *err)
{
    char *file = file_format("%s/base.tar", work);
    uint64_t size = 0;
    digest d;
    int r = file ? tree_copy(in_base, "", path, true, err) : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");

    if (r == 0)
        r = tree_write(in_base, false, file, &d, &size, err);
    if (r == 0)
        return image_add(i, file, IMAGE_MEDIA_LAYER, &d, &d, size, err);
    free(file);
    return r;
}

typedef struct wanted {
    const char *name;
    archive_member found;
    bool any;
} wanted;

static int match(const archive_member *m, void *user, opsdk_error *err)
{
    wanted *w = user;

    (void)err;
    if (strcmp(m->name, w->name) == 0) {
        w->found = *m;
        w->any = true;
    }
    return 0;
}

static int find(base *b, const char *name, archive_member *ret, opsdk_error *err)
{
    wanted w = {.name = name};
    int r = archive_walk(b->f, b->path, match, &w, err);

    if (r < 0)
        return r;
    if (!w.any)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "%s: holds no %s: no archive of an image?", b->path, name);
    if (w.found.type != '0')
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: its %s is a link; save the image again with a newer tool",
                               b->path, name);
    *ret = w.found;
    return 0;
}

static int read_json(base *b, const char *name, json_t **ret, opsdk_error *err)
{
    archive_member m;
    auto_free char *text = NULL;
    json_error_t where;
    int r = find(b, name, &m, err);

    if (r < 0)
        return r;
    text = m.size <= DOCUMENT_MAX ? malloc((size_t)m.size + 1) : NULL;
    if (!text || fseeko(b->f, (off_t)m.at, SEEK_SET) < 0 || fread(text, 1, (size_t)m.size, b->f) != m.size)
        return opsdk_error_set(err, OPSDK_EPROTO, "%s: its %s cannot be read", b->path, name);
    *ret = json_loadb(text, (size_t)m.size, 0, &where);
    return *ret ? 0 : opsdk_error_set(err, OPSDK_EPROTO, "%s: its %s is no JSON", b->path, name);
}

/* Copies a member's bytes out; magic are its first four. */
static int extract(base *b, const archive_member *m, const char *to, digest *ret, unsigned char magic[4],
                   opsdk_error *err)
{
    auto_close FILE *out = fopen(to, "we");
    digest_state *sum = digest_start();
    char piece[65536];
    bool ok = out && sum && fseeko(b->f, (off_t)m->at, SEEK_SET) == 0;

    memset(magic, 0, 4);
    for (uint64_t left = m->size; ok && left > 0;) {
        size_t n = fread(piece, 1, left < sizeof(piece) ? (size_t)left : sizeof(piece), b->f);

        if (left == m->size && n >= 4)
            memcpy(magic, piece, 4);
        ok = n > 0 && fwrite(piece, 1, n, out) == n;
        digest_add(sum, piece, n);
        left -= n;
    }
    digest_end(sum, ret);
    ok = ok && fflush(out) == 0;
    return ok ? 0
              : opsdk_error_set(err, OPSDK_EIO, "%s: a layer cannot be copied to %s: %s", b->path, to, strerror(errno));
}

static int note(const archive_member *m, void *user, opsdk_error *err)
{
    return m->type == 'x' || m->type == 'g' || m->type == 'L' ? 0 : tree_text(user, m->name, 0, "", err);
}

static int add_layer(base *b, const char *name, const char *diff, opsdk_error *err)
{
    static const unsigned char gzip[] = {0x1f, 0x8b}, zstd[] = {0x28, 0xb5, 0x2f, 0xfd};
    char *file = file_format("%s/base-%zu", b->work, b->to->len);
    const char *media = IMAGE_MEDIA_LAYER;
    digest blob = {{0}}, d = {{0}};
    archive_member m;
    unsigned char magic[4];
    int r = file ? find(b, name, &m, err) : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");

    if (r == 0)
        r = extract(b, &m, file, &blob, magic, err);
    if (r < 0) {
        free(file);
        return r;
    }
    if (memcmp(magic, gzip, 2) == 0)
        media = IMAGE_MEDIA_LAYER "+gzip";
    else if (memcmp(magic, zstd, 4) == 0)
        media = IMAGE_MEDIA_LAYER "+zstd";
    snprintf(d.text, sizeof(d.text), "%s", diff);
    if (strcmp(media, IMAGE_MEDIA_LAYER) == 0) {
        auto_close FILE *f = fopen(file, "re");
        r = f ? archive_walk(f, file, note, b->in_base, err)
              : opsdk_error_set(err, OPSDK_EIO, "%s: cannot be read", file);
    }
    if (r == 0)
        return image_add(b->to, file, media, &blob, &d, m.size, err);
    free(file);
    return r;
}

/* names: of the layers; diffs: of what they are uncompressed. */
static int add_layers(base *b, json_t *config, const json_t *names, opsdk_error *err)
{
    json_t *diffs = json_object_get(json_object_get(config, "rootfs"), "diff_ids"), *item;
    size_t i;
    int r = 0;

    b->to->base = config;
    if (json_array_size(diffs) != json_array_size(names))
        return opsdk_error_set(err, OPSDK_EPROTO, "%s: as many layers as diff_ids there must be", b->path);
    json_array_foreach(names, i, item)
    {
        const char *diff = json_string_value(json_array_get(diffs, i));

        if (!json_is_string(item) || !diff)
            return opsdk_error_set(err, OPSDK_EPROTO, "%s: a layer without a name", b->path);
        r = add_layer(b, json_string_value(item), diff, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Of "docker save": one list of names, relative to the archive. */
static int add_docker(base *b, const json_t *manifest, opsdk_error *err)
{
    const json_t *first = json_array_get(manifest, 0);
    const char *name = json_string_value(json_object_get(first, "Config"));
    json_t *config = NULL;
    int r;

    if (!name || json_array_size(manifest) != 1)
        return opsdk_error_set(err, OPSDK_EPROTO, "%s: manifest.json does not name one image", b->path);
    r = read_json(b, name, &config, err);
    return r == 0 ? add_layers(b, config, json_object_get(first, "Layers"), err) : r;
}

static json_t *blob_name(const json_t *descriptor)
{
    const char *d = json_string_value(json_object_get(descriptor, "digest"));

    return d && strncmp(d, DIGEST_PREFIX, sizeof(DIGEST_PREFIX) - 1) == 0
               ? json_sprintf("blobs/sha256/%s", d + sizeof(DIGEST_PREFIX) - 1)
               : NULL;
}

static int read_blob(base *b, const json_t *descriptor, json_t **ret, opsdk_error *err)
{
    json_t *name = blob_name(descriptor);
    int r = name ? read_json(b, json_string_value(name), ret, err)
                 : opsdk_error_set(err, OPSDK_EPROTO, "%s: a part without a SHA-256 digest", b->path);

    json_decref(name);
    return r;
}

static void append_name(json_t *to, const json_t *layer)
{
    json_t *name = blob_name(layer);

    json_array_append_new(to, name ? name : json_null());
}

/* Of an OCI layout: an index leads to the manifest, that to the rest. */
static int add_oci(base *b, opsdk_error *err)
{
    json_t *index = NULL, *manifest = NULL, *config = NULL, *names = json_array(), *item, *list;
    size_t i;
    int r = read_json(b, "index.json", &index, err);

    list = json_object_get(index, "manifests");
    if (r == 0 && json_array_size(list) != 1)
        r = opsdk_error_set(err, OPSDK_EPROTO, "%s: %zu images, not one", b->path, json_array_size(list));
    if (r == 0)
        r = read_blob(b, json_array_get(list, 0), &manifest, err);
    if (r == 0)
        r = read_blob(b, json_object_get(manifest, "config"), &config, err);
    json_array_foreach(json_object_get(manifest, "layers"), i, item) append_name(names, item);
    if (r == 0)
        r = add_layers(b, config, names, err);
    json_decref(index);
    json_decref(manifest);
    json_decref(names);
    return r;
}

int base_add(image *i, const char *path, const char *work, tree *in_base, opsdk_error *err)
{
    auto_close FILE *f = NULL;
    base b = {.path = path, .work = work, .to = i, .in_base = in_base};
    json_t *manifest = NULL;
    struct stat st;
    int r;

    if (stat(path, &st) < 0)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "--base %s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return add_folder(i, path, work, in_base, err);
    b.f = f = fopen(path, "re");
    if (!f)
        return opsdk_error_set(err, OPSDK_EIO, "--base %s: %s", path, strerror(errno));
    r = read_json(&b, "manifest.json", &manifest, err);
    if (r == OPSDK_ENOTFOUND)
        return add_oci(&b, err);
    if (r == 0)
        r = add_docker(&b, manifest, err);
    json_decref(manifest);
    return r;
}
