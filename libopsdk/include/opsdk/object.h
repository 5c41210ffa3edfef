/* An object of the cluster: one immutable, counted block.
 *
 * Any thread may read an object and take or drop references.  Fields are read in place by RFC 6901 pointer; nothing is
 * copied and no tree is built unless opsdk_value_json asks for one.  metadata.managedFields is dropped on the way in.  Where a
 * map has a name twice, the last one is found; only opsdk_value_next and opsdk_value_len see both. */
#ifndef OPSDK_OBJECT_H
#define OPSDK_OBJECT_H

#include <jansson.h>
#include <opsdk/common.h>
#include <opsdk/error.h>
#include <opsdk/kind.h>

OPSDK_BEGIN

typedef struct opsdk_object opsdk_object;

/* Reads one JSON object of len bytes.  *ret is the caller's.  kind is borrowed and must outlive the object; NULL is
 * fine for a document without kind, such as a Status.
 * OPSDK_EPROTO: not JSON, or over a limit of the README's list (depth, size). */
OPSDK_API int opsdk_object_parse(const opsdk_kind *kind, const char *json, size_t len, opsdk_object **ret,
                                 opsdk_error *err) OPSDK_MUST_CHECK;

/* The same from a jansson tree, which is consumed, also on failure. */
OPSDK_API int opsdk_object_from_json(const opsdk_kind *kind, json_t *root, opsdk_object **ret,
                                     opsdk_error *err) OPSDK_MUST_CHECK;

OPSDK_API opsdk_object *opsdk_object_ref(const opsdk_object *obj);
OPSDK_API opsdk_object *opsdk_object_unref(opsdk_object *obj); /* NULL is fine; returns NULL */

/* Identity.  Strings live as long as the object; "" where the field is absent, except ns, which is NULL then. */
OPSDK_API opsdk_key opsdk_object_key(const opsdk_object *obj);
OPSDK_API const char *opsdk_object_uid(const opsdk_object *obj);
OPSDK_API const char *opsdk_object_version(const opsdk_object *obj); /* metadata.resourceVersion */
OPSDK_API bool opsdk_object_deleting(const opsdk_object *obj);       /* metadata.deletionTimestamp is set */
OPSDK_API size_t opsdk_object_size(const opsdk_object *obj);         /* bytes of memory it occupies */

/* NULL when absent. */
OPSDK_API const char *opsdk_object_label(const opsdk_object *obj, const char *key);
OPSDK_API const char *opsdk_object_annotation(const opsdk_object *obj, const char *key);

/* A place in an object.  Valid as long as the object; pass it by value. */
typedef struct opsdk_value {
    const opsdk_object *obj;
    uint32_t at, len; /* the library's own; len 0 is "absent" */
} opsdk_value;

/* Absent, null and present stay apart. */
enum opsdk_type { OPSDK_ABSENT, OPSDK_NULL, OPSDK_BOOL, OPSDK_NUMBER, OPSDK_STRING, OPSDK_ARRAY, OPSDK_MAP };

/* pointer: RFC 6901, such as "/spec/containers/0/name"; "" is the whole object.  Absent also for a bad pointer. */
OPSDK_API opsdk_value opsdk_at(const opsdk_object *obj, const char *pointer);
/* The same below a value: pointer is relative to it. */
OPSDK_API opsdk_value opsdk_value_at(opsdk_value v, const char *pointer);
/* One member of a map by its plain name, which may hold '/' and '~'; absent when it is not there. */
OPSDK_API opsdk_value opsdk_value_member(opsdk_value v, const char *name);

OPSDK_API enum opsdk_type opsdk_value_type(opsdk_value v);

/* dflt when the value is no string.  NUL-terminated; opsdk_value_len tells the true length, since JSON allows NUL
 * inside strings.  Lives as long as the object. */
OPSDK_API const char *opsdk_value_str(opsdk_value v, const char *dflt);
/* Bytes of a string, items of an array, members of a map; 0 for the rest. */
OPSDK_API size_t opsdk_value_len(opsdk_value v);
/* dflt when the value is no number, no whole one, or outside of int64_t. */
OPSDK_API int64_t opsdk_value_int(opsdk_value v, int64_t dflt);
OPSDK_API double opsdk_value_double(opsdk_value v, double dflt);
OPSDK_API bool opsdk_value_bool(opsdk_value v, bool dflt);

/* Walks arrays and maps:
 *     opsdk_value key = {0}, item = {0};
 *     while (opsdk_value_next(parent, &key, &item)) ...
 * Zero *item to start.  key is absent for arrays; a NULL key is fine. */
OPSDK_API bool opsdk_value_next(opsdk_value parent, opsdk_value *key, opsdk_value *item);

/* A tree of just this part, the caller's to json_decref; NULL when absent or out of memory.  Numbers that fit neither int64_t nor
 * double become the nearest double.  A name that holds NUL is kept (json_object_getn), but jansson cuts it when it copies. */
OPSDK_API json_t *opsdk_value_json(opsdk_value v);

/* Objects in an array; each item holds one reference. */
typedef struct opsdk_objects {
    size_t len;
    opsdk_object **items;
} opsdk_objects;
OPSDK_API void opsdk_objects_clear(opsdk_objects *list); /* drops the references and zeroes *list */
#define opsdk_foreach(it, list) for (opsdk_object **it = (list)->items; it < (list)->items + (list)->len; it++)

static inline void opsdk_object_unrefp(opsdk_object **p)
{
    opsdk_object_unref(*p);
}
/* opsdk_auto_object *obj = NULL; is released when it goes out of scope. */
#define opsdk_auto_object opsdk_object __attribute__((cleanup(opsdk_object_unrefp)))
#define opsdk_auto_objects opsdk_objects __attribute__((cleanup(opsdk_objects_clear)))

OPSDK_END
#endif
