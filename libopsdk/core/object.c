#include "core/object.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Places are offsets into data, 0 when absent: the outermost map is there. */
struct opsdk_object {
    atomic_uint refs;
    uint32_t len;
    const opsdk_kind *kind;
    uint32_t name, ns, uid, version, labels, annotations, deletion;
    bool deleting;
    char data[];
};

const char *object_data(const opsdk_object *obj)
{
    return obj->data;
}

size_t object_len(const opsdk_object *obj)
{
    return obj->len;
}

/* Where the place of a member of metadata is kept; NULL for the others. */
static uint32_t *place_of(opsdk_object *obj, const node *name)
{
    static const struct {
        const char *name;
        uint32_t len, offset;
    } places[] = {
        {"name", 4, offsetof(opsdk_object, name)},
        {"namespace", 9, offsetof(opsdk_object, ns)},
        {"uid", 3, offsetof(opsdk_object, uid)},
        {"resourceVersion", 15, offsetof(opsdk_object, version)},
        {"labels", 6, offsetof(opsdk_object, labels)},
        {"annotations", 11, offsetof(opsdk_object, annotations)},
        {"deletionTimestamp", 17, offsetof(opsdk_object, deletion)},
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (name->len == places[i].len && memcmp(name->text, places[i].name, name->len) == 0)
            return (uint32_t *)((char *)obj + places[i].offset);
    }
    return NULL;
}

/* Notes where the fields are that the runtime asks for all the time. */
void object_complete(opsdk_object *obj)
{
    const char *at = node_member(obj->data, "metadata", strlen("metadata"));
    node metadata = at ? node_read(at) : (node){.type = OPSDK_ABSENT};

    if (metadata.type != OPSDK_MAP)
        return;
    for (at = metadata.text; at < metadata.text + metadata.len; at += node_read(at).size) {
        node name = node_read(at);
        uint32_t *place = place_of(obj, &name);
        at += name.size;
        if (place)
            *place = (uint32_t)(at - obj->data);
    }
    obj->deleting = obj->deletion && node_read(obj->data + obj->deletion).type != OPSDK_NULL;
}

opsdk_object *object_new(const opsdk_kind *kind, size_t len)
{
    opsdk_object *obj = malloc(sizeof(*obj) + len);

    if (obj)
        *obj = (opsdk_object){.refs = 1, .kind = kind, .len = (uint32_t)len};
    return obj;
}

char *object_room(opsdk_object *obj)
{
    return obj->data;
}

opsdk_object *object_of_value(opsdk_value v)
{
    opsdk_object *obj = v.len > 0 ? object_new(NULL, v.len) : NULL;

    if (!obj)
        return NULL;
    memcpy(obj->data, v.obj->data + v.at, v.len);
    object_complete(obj);
    return obj;
}

int object_seal(const opsdk_kind *kind, const pack *p, opsdk_object **ret, opsdk_error *err)
{
    opsdk_object *obj;

    if (p->why)
        return opsdk_error_set(err, OPSDK_EPROTO, "the object is %s", p->why);
    if (p->out.len == 0 || node_read(p->out.data).type != OPSDK_MAP)
        return opsdk_error_set(err, OPSDK_EPROTO, "the JSON value is no object");
    obj = object_new(kind, p->out.len);
    if (!obj)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory for an object of %zu bytes", p->out.len);
    memcpy(obj->data, p->out.data, p->out.len);
    object_complete(obj);
    *ret = obj;
    return 0;
}

opsdk_object *opsdk_object_ref(const opsdk_object *obj)
{
    opsdk_object *counted = (opsdk_object *)obj; /* const is for the content */

    atomic_fetch_add_explicit(&counted->refs, 1, memory_order_relaxed);
    return counted;
}

opsdk_object *opsdk_object_unref(opsdk_object *obj)
{
    if (obj && atomic_fetch_sub_explicit(&obj->refs, 1, memory_order_acq_rel) == 1)
        free(obj);
    return NULL;
}

void opsdk_objects_clear(opsdk_objects *list)
{
    opsdk_foreach(it, list) opsdk_object_unref(*it);
    free(list->items);
    *list = (opsdk_objects){0};
}

/* The text at a place, dflt when there is none. */
static const char *text_at(const opsdk_object *obj, uint32_t at, const char *dflt)
{
    node n;

    if (at == 0)
        return dflt;
    n = node_read(obj->data + at);
    return n.type == OPSDK_STRING ? n.text : dflt;
}

opsdk_key opsdk_object_key(const opsdk_object *obj)
{
    const char *ns = text_at(obj, obj->ns, NULL);

    return OPSDK_KEY(obj->kind, ns && *ns ? ns : NULL, text_at(obj, obj->name, ""));
}

const char *opsdk_object_uid(const opsdk_object *obj)
{
    return text_at(obj, obj->uid, "");
}

const char *opsdk_object_version(const opsdk_object *obj)
{
    return text_at(obj, obj->version, "");
}

bool opsdk_object_deleting(const opsdk_object *obj)
{
    return obj->deleting;
}

size_t opsdk_object_size(const opsdk_object *obj)
{
    return sizeof(*obj) + obj->len;
}

static const char *entry(const opsdk_object *obj, uint32_t map, const char *key)
{
    const char *at = map ? node_member(obj->data + map, key, strlen(key)) : NULL;

    return at ? text_at(obj, (uint32_t)(at - obj->data), NULL) : NULL;
}

const char *opsdk_object_label(const opsdk_object *obj, const char *key)
{
    return entry(obj, obj->labels, key);
}

const char *opsdk_object_annotation(const opsdk_object *obj, const char *key)
{
    return entry(obj, obj->annotations, key);
}
