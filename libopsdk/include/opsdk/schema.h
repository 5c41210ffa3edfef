/* Typed access: structs from objects and back, by the tables that "opsdk generate" writes.
 *
 * The types with which a types.h is written (docs/markers.md), and the functions that read and write them.  Decoding goes from an object's
 * bytes to the struct; no tree is built but for members of type json_t *.  A struct never owns its strings: after decoding they live in the
 * object, so keep a reference to that as long as the struct.  It owns its lists, maps and json_t *: opsdk_schema_clear.
 * All functions: any thread, as long as nobody writes the same struct. */
#ifndef OPSDK_SCHEMA_H
#define OPSDK_SCHEMA_H

#include <jansson.h>
#include <opsdk/common.h>
#include <opsdk/error.h>
#include <opsdk/object.h>

OPSDK_BEGIN

/* Absent, null and there stay apart; zero is absent, so that {0} is an empty value. */
enum opsdk_presence { OPSDK_IS_ABSENT, OPSDK_IS_NULL, OPSDK_IS_SET };

/* A T that need not be there. */
#define OPSDK_OPTIONAL(T)       \
    struct {                    \
        enum opsdk_presence is; \
        T value;                \
    }
/* An array.  With len over 0 it counts as set, whatever is says. */
#define OPSDK_LIST_OF(T)        \
    struct {                    \
        enum opsdk_presence is; \
        size_t len;             \
        T *items;               \
    }
/* A map with names that the type does not fix, in the order of the document. */
#define OPSDK_MAP_OF(T)         \
    struct {                    \
        enum opsdk_presence is; \
        size_t len;             \
        struct {                \
            const char *key;    \
            T value;            \
        } * items;              \
    }

/* Initialisers: .limit = OPSDK_SOME(5), .args = OPSDK_ITEMS(array). */
#define OPSDK_SOME(...)           \
    {                             \
        OPSDK_IS_SET, __VA_ARGS__ \
    }
#define OPSDK_ITEMS(array)                                        \
    {                                                             \
        OPSDK_IS_SET, sizeof(array) / sizeof((array)[0]), (array) \
    }
/* Sets an OPSDK_OPTIONAL; and reads one. */
#define OPSDK_PUT(field, ...) ((field).is = OPSDK_IS_SET, (field).value = (__VA_ARGS__))
#define OPSDK_OR(field, dflt) ((field).is == OPSDK_IS_SET ? (field).value : (dflt))

/* RFC 3339, as it is written. */
typedef const char *opsdk_time;
/* 80 or "80%". */
typedef struct opsdk_int_or_string {
    const char *text; /* NULL: number holds */
    int64_t number;
} opsdk_int_or_string;
/* An amount such as 64Mi, 0.5 or 100m; a number where it was written as one. */
typedef opsdk_int_or_string opsdk_quantity;

/* ---- The tables ---- */

enum opsdk_shape {
    OPSDK_SHAPE_BOOL,
    OPSDK_SHAPE_INT32,
    OPSDK_SHAPE_INT64,
    OPSDK_SHAPE_DOUBLE,
    OPSDK_SHAPE_STRING,
    OPSDK_SHAPE_INT_OR_STRING,
    OPSDK_SHAPE_JSON,
    OPSDK_SHAPE_STRUCT,
    OPSDK_SHAPE_OPTIONAL,
    OPSDK_SHAPE_LIST,
    OPSDK_SHAPE_MAP
};

/* How a C type looks in memory.  Tables are constant and outlive what is read with them. */
typedef struct opsdk_schema {
    enum opsdk_shape shape;
    uint32_t size;                    /* bytes of the C type */
    uint32_t at;                      /* where the value is: in an OPTIONAL, in an entry of a MAP */
    uint32_t stride;                  /* bytes from one item to the next: LIST, MAP */
    const struct opsdk_schema *of;    /* what is inside: OPTIONAL, LIST, MAP */
    const struct opsdk_field *fields; /* STRUCT: up to the first without name */
} opsdk_schema;

typedef struct opsdk_field {
    const char *name; /* in JSON */
    const opsdk_schema *schema;
    size_t at; /* offset in the struct */
} opsdk_field;

extern OPSDK_API const opsdk_schema OPSDK_SCHEMA_BOOL, OPSDK_SCHEMA_INT32, OPSDK_SCHEMA_INT64, OPSDK_SCHEMA_DOUBLE,
    OPSDK_SCHEMA_STRING, OPSDK_SCHEMA_INT_OR_STRING, OPSDK_SCHEMA_JSON;

/* Initialisers of tables; x is an expression of the type, which is not evaluated. */
#define OPSDK_TABLE_STRUCT(T, fields)                     \
    {                                                     \
        OPSDK_SHAPE_STRUCT, sizeof(T), 0, 0, NULL, fields \
    }
#define OPSDK_TABLE_OPTIONAL(x, of)                                                  \
    {                                                                                \
        OPSDK_SHAPE_OPTIONAL, sizeof(x), offsetof(__typeof__(x), value), 0, of, NULL \
    }
#define OPSDK_TABLE_LIST(x, of)                                        \
    {                                                                  \
        OPSDK_SHAPE_LIST, sizeof(x), 0, sizeof((x).items[0]), of, NULL \
    }
#define OPSDK_TABLE_MAP(x, of)                                                                                \
    {                                                                                                         \
        OPSDK_SHAPE_MAP, sizeof(x), offsetof(__typeof__((x).items[0]), value), sizeof((x).items[0]), of, NULL \
    }

/* What a types_gen.h has for each struct and, with an object instead of a value, for each kind:
 *     int cache_spec_decode(opsdk_value v, cache_spec *ret, opsdk_error *err);
 *     json_t *cache_spec_encode(const cache_spec *src);
 *     void cache_spec_clear(cache_spec *value);
 *     int cache_spec_copy(const cache_spec *src, cache_spec *ret, opsdk_error *err);
 *     bool cache_spec_equal(const cache_spec *a, const cache_spec *b); */
#define OPSDK_TYPED(T)                                                    \
    OPSDK_TYPED_VALUE(T)                                                  \
    static inline int T##_decode(opsdk_value v, T *ret, opsdk_error *err) \
    {                                                                     \
        return opsdk_decode(v, &T##_schema, ret, err);                    \
    }
#define OPSDK_TYPED_OBJECT(T)                                                       \
    OPSDK_TYPED_VALUE(T)                                                            \
    static inline int T##_decode(const opsdk_object *obj, T *ret, opsdk_error *err) \
    {                                                                               \
        return opsdk_decode(opsdk_at(obj, ""), &T##_schema, ret, err);              \
    }
#define OPSDK_TYPED_VALUE(T)                                           \
    extern const opsdk_schema T##_schema;                              \
    static inline json_t *T##_encode(const T *src)                     \
    {                                                                  \
        return opsdk_encode(src, &T##_schema);                         \
    }                                                                  \
    static inline void T##_clear(T *value)                             \
    {                                                                  \
        opsdk_schema_clear(value, &T##_schema);                        \
    }                                                                  \
    static inline int T##_copy(const T *src, T *ret, opsdk_error *err) \
    {                                                                  \
        return opsdk_schema_copy(src, &T##_schema, ret, err);          \
    }                                                                  \
    static inline bool T##_equal(const T *a, const T *b)               \
    {                                                                  \
        return opsdk_schema_equal(a, b, &T##_schema);                  \
    }
/* opsdk_auto(cache) c = {0}; is cleared when it goes out of scope. */
#define opsdk_auto(T) __attribute__((cleanup(T##_clear))) T

/* Reads v into *ret, which is overwritten, not cleared, and left all zero on failure.  Members that the table lacks are ignored.
 * OPSDK_EPROTO names the place: something is missing, of another type, out of range, a string with NUL inside, or the
 * lists need more than 64 MiB.  OPSDK_ENOMEM. */
OPSDK_API int opsdk_decode(opsdk_value v, const opsdk_schema *schema, void *ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* A tree of the value, the caller's; NULL when out of memory, or for a string that is not UTF-8 or a double that is not finite.  A plain string
 * that is NULL is written as "". */
OPSDK_API json_t *opsdk_encode(const void *src, const opsdk_schema *schema);

/* Frees what the struct owns and makes it all zero. */
OPSDK_API void opsdk_schema_clear(void *value, const opsdk_schema *schema);

/* *ret is overwritten, not cleared, and owns its own lists, maps and json_t *; its strings are those of src.  OPSDK_ENOMEM leaves it all zero. */
OPSDK_API int opsdk_schema_copy(const void *src, const opsdk_schema *schema, void *ret,
                                opsdk_error *err) OPSDK_MUST_CHECK;

/* The same value?  The order of maps does not matter; 1 and 1.0 in a json_t * differ. */
OPSDK_API bool opsdk_schema_equal(const void *a, const void *b, const opsdk_schema *schema);

OPSDK_END
#endif
