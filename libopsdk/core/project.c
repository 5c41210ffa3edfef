#include "core/project.h"

#include "core/object.h"

#include <string.h>

const char *const project_keys[] = {"/apiVersion",
                                    "/kind",
                                    "/metadata/name",
                                    "/metadata/namespace",
                                    "/metadata/uid",
                                    "/metadata/resourceVersion",
                                    "/metadata/generation",
                                    "/metadata/deletionTimestamp",
                                    "/metadata/labels",
                                    "/metadata/ownerReferences",
                                    NULL};

typedef struct projection {
    pack *out;
    const char *const *fields;
    buf path; /* of the member that is looked at, escaped as pointers are */
} projection;

bool project_pointer_valid(const char *pointer)
{
    if (*pointer != '/')
        return false;
    for (const char *p = strchr(pointer, '~'); p; p = strchr(p + 1, '~')) {
        if (p[1] != '0' && p[1] != '1')
            return false;
    }
    return true;
}

/* What of the pointer follows its first part, if that names the key; else NULL. */
static const char *behind(const char *pointer, const node *key)
{
    const char *p = pointer + 1;

    for (uint32_t i = 0; i < key->len; i++, p++) {
        char c = *p;
        if (c == '~')
            c = *++p == '0' ? '~' : '/';
        else if (c == '/')
            return NULL;
        if (c != key->text[i] || c == '\0')
            return NULL;
    }
    return *p == '\0' || *p == '/' ? p : NULL;
}

static bool names(const char *const *fields, const node *outer, const node *inner)
{
    for (; fields && *fields; fields++) {
        const char *rest = behind(*fields, outer);
        if (rest && (!inner || *rest == '\0' || behind(rest, inner)))
            return true;
    }
    return false;
}

bool project_wants(const char *const *fields, const node *outer, const node *inner)
{
    return names(project_keys, outer, inner) || names(fields, outer, inner);
}

enum wanted { NOTHING, A_PART, ALL };

static enum wanted wanted_by(const char *path, size_t len, const char *const *fields)
{
    enum wanted most = NOTHING;

    for (; fields && *fields && most != ALL; fields++) {
        if (strncmp(*fields, path, len) != 0)
            continue;
        if ((*fields)[len] == '\0')
            most = ALL;
        else if ((*fields)[len] == '/')
            most = A_PART;
    }
    return most;
}

static void push(buf *path, const node *key)
{
    const char *p = key->text, *end = p + key->len;

    buf_addc(path, '/');
    while (p < end) {
        const char *run = p;
        while (p < end && *p != '~' && *p != '/')
            p++;
        buf_add(path, run, (size_t)(p - run));
        if (p < end)
            buf_puts(path, *p++ == '~' ? "~0" : "~1");
    }
}

/* Recursion is no deeper than the deepest pointer, and no deeper than packs are. */
static void copy_members(projection *p, const char *map)
{
    node outer = node_read(map);
    const char *end = outer.text + outer.len;
    size_t len = p->path.len;

    pack_add(p->out, TOKEN_MAP, NULL, 0);
    for (const char *at = outer.text; at < end && !p->path.failed && !p->out->out.failed; at += node_read(at).size) {
        node key = node_read(at);
        enum wanted w, keys;
        at += key.size;
        push(&p->path, &key);
        if (p->path.failed)
            break;
        w = wanted_by(p->path.data, p->path.len, p->fields);
        keys = wanted_by(p->path.data, p->path.len, project_keys);
        w = w > keys ? w : keys;
        if (w == A_PART && node_read(at).type != OPSDK_MAP)
            w = NOTHING;
        if (w != NOTHING)
            pack_add(p->out, TOKEN_KEY, key.text, key.len);
        if (w == ALL)
            pack_copy(p->out, at);
        else if (w == A_PART)
            copy_members(p, at);
        p->path.len = len;
    }
    if (!p->out->out.failed)
        pack_add(p->out, TOKEN_END, NULL, 0);
}

int project_object(const opsdk_object *obj, const char *const *fields, pack *room, opsdk_object **ret)
{
    projection p = {.out = room, .fields = fields, .path = BUF_INIT(LIMIT_OBJECT)};
    bool failed;

    pack_reset(room);
    copy_members(&p, object_data(obj));
    failed = p.path.failed || room->out.failed;
    buf_clear(&p.path);
    return failed ? OPSDK_ENOMEM : object_seal(opsdk_object_key(obj).kind, room, ret, NULL);
}
