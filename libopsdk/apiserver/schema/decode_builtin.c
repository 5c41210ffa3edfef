/* Built-in kinds, as encoding/json, Go's types and protobuf in etcd leave them: see decode.h. */
#include "apiserver/schema/bytes.h"
#include "apiserver/schema/decode.h"
#include "apiserver/schema/gotime.h"
#include "apiserver/schema/quantity.h"
#include "apiserver/schema/strict.h"
#include "core/base64.h"
#include "core/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a value stands, up to the root: a field of a struct, a key of a map, or an index of a list. */
typedef struct place {
    const struct place *up;
    const schema *in;          /* the struct, or NULL */
    const schema_field *field; /* in it */
    const char *key;           /* of a field or in a map; NULL: index counts */
    size_t index;
} place;

typedef struct decoding {
    const decode_opts *o;
    strict found;
    buf type_error;     /* the first; what comes after is still decoded */
    buf fatal;          /* of a type with a decoder of its own: ends it at once, and stands above a type error */
    size_t members;     /* seen, to compare with the text */
    const char *prefix; /* of the paths of unknown fields; NULL: none */
    bool lenient;       /* within a type that decodes itself: unknown fields are not told of */
} decoding;

static json_t *decode(decoding *d, const schema *s, json_t *v, const place *at);

/* ---- messages ---- */

static void put_path(buf *out, const place *at)
{
    if (!at)
        return;
    put_path(out, at->up);
    if (!at->key)
        buf_printf(out, "[%zu]", at->index);
    else
        buf_printf(out, "%s%s", at->up ? "." : "", at->key);
}

static void put_go_path(buf *out, const place *at)
{
    if (!at)
        return;
    put_go_path(out, at->up);
    if (!at->field)
        return;
    buf_addc(out, '.');
    if (at->field->embed && strcmp(at->field->embed, "TypeMeta") != 0)
        buf_printf(out, "%s.", at->field->embed);
    buf_puts(out, at->field->name);
}

static const char *go_struct(const place *at)
{
    const char *dot;

    while (at && !at->field)
        at = at->up;
    dot = at ? strrchr(at->in->name, '.') : NULL;
    return dot ? dot + 1 : "";
}

static void put_context(buf *out, const place *at, const char *type)
{
    if (*go_struct(at)) {
        buf_printf(out, " into Go struct field %s", go_struct(at));
        put_go_path(out, at);
    } else {
        buf_puts(out, " into Go value");
    }
    buf_printf(out, " of type %s", type);
}

static const char *json_word(const json_t *v)
{
    return json_is_string(v)    ? "string"
           : json_is_number(v)  ? "number"
           : json_is_boolean(v) ? "bool"
           : json_is_array(v)   ? "array"
                                : "object";
}

/* A number that does not fit is quoted; one in a place for something else is not. */
static void put_mismatch(buf *out, const json_t *v, const place *at, const char *type, bool quoted)
{
    buf_printf(out, "json: cannot unmarshal %s", json_word(v));
    if (quoted && json_is_number(v)) {
        char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        buf_printf(out, " %s", text ? text : "");
        free(text);
    }
    put_context(out, at, type);
}

static json_t *mismatch(decoding *d, const json_t *v, const place *at, const schema *s, bool quoted, json_t *zero)
{
    if (d->type_error.len == 0)
        put_mismatch(&d->type_error, v, at, s->go, quoted);
    return zero;
}

static json_t *fatal(decoding *d, const char *text)
{
    buf_reset(&d->fatal);
    buf_puts(&d->fatal, text);
    return NULL;
}

/* ---- values that are one thing ---- */

static bool fits(const schema *s, json_int_t n)
{
    return !s->format || strcmp(s->format, "int32") != 0 || (n >= INT32_MIN && n <= INT32_MAX);
}

static json_t *decode_integer(decoding *d, const schema *s, json_t *v, const place *at)
{
    if (!json_is_integer(v) || !fits(s, json_integer_value(v)))
        return mismatch(d, v, at, s, true, json_integer(0));
    return json_incref(v);
}

static json_t *decode_number(decoding *d, const schema *s, json_t *v, const place *at)
{
    double n = json_number_value(v);

    if (!json_is_number(v))
        return mismatch(d, v, at, s, false, json_integer(0));
    if (json_is_real(v) && n >= -1e15 && n <= 1e15 && n == (double)(json_int_t)n)
        return json_integer((json_int_t)n);
    return json_incref(v);
}

static json_t *decode_int_or_string(decoding *d, const schema *s, json_t *v, const place *at)
{
    static const schema int32 = {.type = SCHEMA_INTEGER, .go = "int32", .format = "int32"};

    (void)s;
    if (json_is_string(v) || (json_is_integer(v) && fits(&int32, json_integer_value(v))))
        return json_incref(v);
    buf_reset(&d->fatal);
    put_mismatch(&d->fatal, v, at, "int32", true);
    return NULL;
}

static json_t *decode_quantity(decoding *d, json_t *v)
{
    const char *text = json_string_value(v), *wrong;
    char room[QUANTITY_TEXT], number[QUANTITY_TEXT] = "";

    if (json_is_integer(v))
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        snprintf(number, sizeof(number), "%.15g", json_real_value(v));
    else if (!json_is_string(v))
        snprintf(number, sizeof(number), "%s", json_word(v));
    wrong = quantity_canonical(text ? text : number, room);
    if (wrong)
        return fatal(d, wrong);
    return text && strcmp(text, room) == 0 ? json_incref(v) : json_string_nocheck(room);
}

static json_t *decode_time(decoding *d, const schema *s, json_t *v, const place *at)
{
    const char *text = json_string_value(v);
    char room[GOTIME_TEXT];

    buf_reset(&d->fatal);
    if (!text) {
        put_mismatch(&d->fatal, v, at, "string", false);
        return NULL;
    }
    if (!gotime_canonical(text, s->type == SCHEMA_MICROTIME, room, &d->fatal))
        return NULL;
    return strcmp(text, room) == 0 ? json_incref(v) : json_string_nocheck(room);
}

static json_t *decode_bytes(decoding *d, const schema *s, json_t *v, const place *at)
{
    auto_buf data = BUF_INIT(LIMIT_OBJECT), again = BUF_INIT(LIMIT_OBJECT);
    const char *text = json_string_value(v);
    size_t wrong;

    if (!text)
        return mismatch(d, v, at, s, false, json_string_nocheck(""));
    if (!bytes_decode(text, json_string_length(v), &data, &wrong)) {
        if (d->type_error.len == 0)
            buf_printf(&d->type_error, "illegal base64 data at input byte %zu", wrong);
        return json_string_nocheck("");
    }
    base64_encode(data.data, data.len, &again);
    return json_stringn_nocheck(again.len ? again.data : "", again.len);
}

/* ---- values that hold others ---- */

/* What Go has where nothing was said. */
static json_t *zero(const schema *s);

static int fill_in(const schema *s, json_t *obj)
{
    for (size_t i = 0; i < s->n; i++) {
        const schema_field *f = s->fields + i;
        if (f->always && !json_object_get(obj, f->name) &&
            json_object_set_new_nocheck(obj, f->name, f->pointer ? json_null() : zero(f->type)) < 0)
            return -1;
    }
    return 0;
}

static json_t *zero(const schema *s)
{
    json_t *obj;

    switch (s->type) {
    case SCHEMA_STRING:
        return json_string_nocheck("");
    case SCHEMA_QUANTITY:
        return json_string_nocheck("0");
    case SCHEMA_DURATION:
        return json_string_nocheck("0s");
    case SCHEMA_INTEGER:
    case SCHEMA_NUMBER:
    case SCHEMA_INT_OR_STRING:
        return json_integer(0);
    case SCHEMA_BOOLEAN:
        return json_false();
    case SCHEMA_OBJECT:
        obj = json_object();
        if (obj && fill_in(s, obj) == 0)
            return obj;
        json_decref(obj);
        return NULL;
    default:
        return json_null();
    }
}

/* Of an element: null stands for nothing. */
static json_t *decode_item(decoding *d, const schema *s, json_t *v, const place *at)
{
    if (!json_is_null(v))
        return decode(d, s, v, at);
    return s->type == SCHEMA_BYTES ? json_string_nocheck("") : zero(s);
}

static json_t *decode_list(decoding *d, const schema *s, json_t *v, const place *at)
{
    place here = {.up = at};

    if (!json_is_array(v))
        return mismatch(d, v, at, s, false, json_null());
    for (; here.index < json_array_size(v); here.index++) {
        json_t *old = json_array_get(v, here.index), *now = decode_item(d, s->items, old, &here);
        if (!now)
            return NULL;
        if (now == old)
            json_decref(now);
        else if (json_array_set_new(v, here.index, now) < 0)
            return NULL;
    }
    return json_incref(v);
}

/* Puts now in place of what the iterator is at; old is borrowed, now is taken. */
static int replace(json_t *obj, void *iter, const json_t *old, json_t *now)
{
    if (!now)
        return -1;
    if (now == old) {
        json_decref(now);
        return 0;
    }
    return json_object_iter_set_new(obj, iter, now);
}

static json_t *decode_map(decoding *d, const schema *s, json_t *v, const place *at)
{
    place here = {.up = at};

    if (!json_is_object(v))
        return mismatch(d, v, at, s, false, json_null());
    d->members += json_object_size(v);
    for (void *iter = json_object_iter(v); iter; iter = json_object_iter_next(v, iter)) {
        json_t *old = json_object_iter_value(iter);
        here.key = json_object_iter_key(iter);
        if (replace(v, iter, old, decode_item(d, s->items, old, &here)) < 0)
            return NULL;
    }
    return json_incref(v);
}

/* What Go's omitempty leaves out, and what protobuf does not keep. */
static bool is_dropped(const schema_field *f, const json_t *v)
{
    enum schema_type type = f->type->type;
    bool collection = (type == SCHEMA_LIST && json_is_array(v)) || (type == SCHEMA_MAP && json_is_object(v));

    if (collection)
        return json_array_size(v) == 0 && json_object_size(v) == 0;
    if (f->pointer || f->always || json_is_object(v))
        return json_is_null(v);
    return json_is_null(v) || json_is_false(v) || (json_is_string(v) && json_string_length(v) == 0) ||
           (json_is_integer(v) && json_integer_value(v) == 0);
}

/* metadata.managedFields: [] of the object itself says something, until its owners are looked at. */
static bool is_reset(const place *at, const json_t *v)
{
    const place *up = at->up;
    bool here = !up || (!up->up && up->key && strcmp(up->key, "metadata") == 0);

    return json_is_array(v) && strcmp(at->key, "managedFields") == 0 && here;
}

static int decode_field(decoding *d, const schema *s, json_t *obj, void *iter, const place *at)
{
    const char *key = json_object_iter_key(iter);
    json_t *old = json_object_iter_value(iter);
    const schema_field *f = schema_field_of(s, key);
    place here = {.up = at, .in = s, .field = f, .key = key};

    if (!f) {
        d->members += strict_members_of(old);
        if (!d->lenient && d->o->validation != VALIDATION_IGNORE) {
            auto_buf path = BUF_INIT(LIMIT_OBJECT);
            buf_puts(&path, d->prefix ? d->prefix : "");
            put_path(&path, &here);
            strict_add(&d->found, "unknown", path.data);
        }
        return json_object_del(obj, key);
    }
    if (!json_is_null(old) && replace(obj, iter, old, decode(d, f->type, old, &here)) < 0)
        return -1;
    if (is_dropped(f, json_object_iter_value(iter)) && !is_reset(&here, json_object_iter_value(iter)))
        return json_object_del(obj, key);
    return 0;
}

static json_t *decode_object(decoding *d, const schema *s, json_t *v, const place *at)
{
    void *next;

    if (!json_is_object(v))
        return mismatch(d, v, at, s, false, zero(s));
    d->members += json_object_size(v);
    for (void *iter = json_object_iter(v); iter; iter = next) {
        next = json_object_iter_next(v, iter);
        if (decode_field(d, s, v, iter, at) < 0)
            return NULL;
    }
    return fill_in(s, v) < 0 ? NULL : json_incref(v);
}

/* Types that decode themselves: a document, a list of them, or something else that is kept. */
static json_t *decode_any(decoding *d, const schema *s, json_t *v, const place *at)
{
    bool lenient = d->lenient;
    place here = {.up = at};
    json_t *ret = NULL;

    if (!s->inner || (!json_is_object(v) && !json_is_array(v))) {
        d->members += strict_members_of(v);
        return json_incref(v);
    }
    d->lenient = true;
    if (json_is_object(v))
        ret = decode(d, s->inner, v, at);
    for (; json_is_array(v) && here.index < json_array_size(v); here.index++) {
        json_t *one = json_array_get(v, here.index);
        json_t *now = json_is_object(one) ? decode(d, s->inner, one, &here) : json_incref(one);
        if (!now || json_array_set_new(v, here.index, now) < 0)
            return NULL;
    }
    d->lenient = lenient;
    return ret || json_is_object(v) ? ret : json_incref(v);
}

/* A reference to v or to what stands for it; NULL: fatal, or no memory. */
static json_t *decode(decoding *d, const schema *s, json_t *v, const place *at)
{
    switch (s->type) {
    case SCHEMA_ANY:
        return decode_any(d, s, v, at);
    case SCHEMA_OBJECT:
        return decode_object(d, s, v, at);
    case SCHEMA_MAP:
        return decode_map(d, s, v, at);
    case SCHEMA_LIST:
        return decode_list(d, s, v, at);
    case SCHEMA_STRING:
    case SCHEMA_DURATION:
        return json_is_string(v) ? json_incref(v) : mismatch(d, v, at, s, false, json_string_nocheck(""));
    case SCHEMA_BOOLEAN:
        return json_is_boolean(v) ? json_incref(v) : mismatch(d, v, at, s, false, json_false());
    case SCHEMA_INTEGER:
        return decode_integer(d, s, v, at);
    case SCHEMA_NUMBER:
        return decode_number(d, s, v, at);
    case SCHEMA_INT_OR_STRING:
        return decode_int_or_string(d, s, v, at);
    case SCHEMA_QUANTITY:
        return decode_quantity(d, v);
    case SCHEMA_TIME:
    case SCHEMA_MICROTIME:
        return decode_time(d, s, v, at);
    case SCHEMA_BYTES:
        return decode_bytes(d, s, v, at);
    }
    return json_incref(v);
}

/* ---- the whole ---- */

static int refuse(const decode_opts *o, const char *reason, failure *why)
{
    return failure_bad_request(why, "%s in version \"%s\" cannot be handled as a %s: %s", o->kind, o->version, o->kind,
                               reason);
}

/* A member more in the text than in the tree: there are duplicates.  Then the text says in which order to tell of what. */
static void look_at_text(decoding *d, const schema *s)
{
    if (!d->o->text || d->o->validation == VALIDATION_IGNORE || strict_members(d->o->text, d->o->len) == d->members)
        return;
    strict_clear(&d->found);
    strict_read(&d->found, s, d->o->text, d->o->len);
}

static int report(decoding *d, const schema *s, failure *why)
{
    auto_buf all = BUF_INIT(LIMIT_OBJECT);
    size_t i;
    json_t *one;

    look_at_text(d, s);
    if (d->o->validation == VALIDATION_WARN && d->o->warnings && d->found.list)
        json_array_extend(d->o->warnings, d->found.list);
    if (d->o->validation != VALIDATION_STRICT || json_array_size(d->found.list) == 0)
        return 0;
    buf_puts(&all, "strict decoding error: ");
    json_array_foreach(d->found.list, i, one) buf_printf(&all, "%s%s", i ? ", " : "", json_string_value(one));
    return all.failed ? failure_memory(why) : refuse(d->o, all.data, why);
}

static int finish(decoding *d, const schema *s, json_t *result, failure *why)
{
    if (!result && d->fatal.len)
        return refuse(d->o, d->fatal.data, why);
    if (!result)
        return failure_memory(why);
    if (d->type_error.len)
        return refuse(d->o, d->type_error.data, why);
    return report(d, s, why);
}

int decode_struct(const schema *s, json_t *v, const char *prefix, json_t *unknown, buf *error)
{
    decode_opts o = {.validation = unknown ? VALIDATION_WARN : VALIDATION_IGNORE};
    decoding d = {.o = &o, .type_error = BUF_INIT(LIMIT_OBJECT), .fatal = BUF_INIT(LIMIT_OBJECT), .prefix = prefix};
    json_t *result = decode(&d, s, v, NULL);

    if (d.fatal.len || d.type_error.len)
        buf_puts(error, d.fatal.len ? d.fatal.data : d.type_error.data);
    if (unknown && d.found.list)
        json_array_extend(unknown, d.found.list);
    json_decref(result);
    strict_clear(&d.found);
    buf_clear(&d.type_error);
    buf_clear(&d.fatal);
    return error->len ? -1 : 0;
}

int decode_builtin(const schema *s, json_t *doc, const decode_opts *o, failure *why)
{
    decoding d = {.o = o, .type_error = BUF_INIT(LIMIT_OBJECT), .fatal = BUF_INIT(LIMIT_OBJECT)};
    json_t *result = decode(&d, s, doc, NULL);
    int r = finish(&d, s, result, why);

    json_decref(result);
    strict_clear(&d.found);
    buf_clear(&d.type_error);
    buf_clear(&d.fatal);
    return r;
}
