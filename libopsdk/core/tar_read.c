#include "core/limits.h"
#include "core/tar_format.h"

#include <string.h>

void tar_reader_init(tar_reader *r, const tar_sink *sink)
{
    *r = (tar_reader){
        .sink = *sink,
        .max_bytes = LIMIT_CP_BYTES,
        .max_entries = LIMIT_CP_FILES,
        .record = BUF_INIT(LIMIT_TAR_RECORD),
        .name = BUF_INIT(LIMIT_TAR_NAME),
        .link = BUF_INIT(LIMIT_TAR_NAME),
    };
}

void tar_reader_clear(tar_reader *r)
{
    buf_clear(&r->record);
    buf_clear(&r->name);
    buf_clear(&r->link);
}

static int bad(opsdk_error *err, const char *what)
{
    return opsdk_error_set(err, OPSDK_EPROTO, "tar: %s", what);
}

/* ---- numbers ---- */

static int read_octal(const char *field, size_t len, uint64_t *ret)
{
    uint64_t n = 0;
    size_t i = 0;

    while (i < len && field[i] == ' ')
        i++;
    for (; i < len && field[i] >= '0' && field[i] <= '7'; i++) {
        if (n >> 61)
            return -1;
        n = n * 8 + (uint64_t)(field[i] - '0');
    }
    *ret = n;
    return i == len || field[i] == ' ' || field[i] == '\0' ? 0 : -1;
}

static int read_number(const char *field, size_t len, uint64_t *ret)
{
    uint64_t n = 0;

    if (!(field[0] & 0x80))
        return read_octal(field, len, ret);
    if ((field[0] & 0x7f) != 0) /* negative, or of more than 88 bits */
        return -1;
    for (size_t i = 1; i < len; i++) {
        if (n >> 56)
            return -1;
        n = n << 8 | (unsigned char)field[i];
    }
    *ret = n;
    return 0;
}

static int read_decimal(const char *text, size_t len, uint64_t *ret)
{
    uint64_t n = 0;

    if (len == 0 || len > 18)
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        n = n * 10 + (uint64_t)(text[i] - '0');
    }
    *ret = n;
    return 0;
}

/* ---- records: names and sizes for the entry behind them ---- */

static int set_name(buf *b, bool *has, const char *text, size_t len, opsdk_error *err)
{
    if (memchr(text, '\0', len))
        return bad(err, "a name holds a NUL");
    buf_reset(b);
    buf_add(b, text, len);
    *has = true;
    return b->failed ? bad(err, "a name is too long") : 0;
}

static bool key_is(const char *key, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(key, word, len) == 0;
}

static int pax_member(tar_reader *r, const char *key, size_t key_len, const char *value, size_t len, opsdk_error *err)
{
    bool name = key_is(key, key_len, "path"), link = key_is(key, key_len, "linkpath"),
         size = key_is(key, key_len, "size");

    if (key_len >= 11 && memcmp(key, "GNU.sparse.", 11) == 0)
        return bad(err, "sparse files are not accepted");
    if (!name && !link && !size)
        return 0;
    if (r->record_type == 'g')
        return bad(err, "a global header names or sizes all entries");
    if (name)
        return set_name(&r->name, &r->has_name, value, len, err);
    if (link)
        return set_name(&r->link, &r->has_link, value, len, err);
    r->has_size = true;
    return read_decimal(value, len, &r->size) < 0 ? bad(err, "pax size is no number") : 0;
}

/* "LENGTH KEY=VALUE\n" in a row; LENGTH counts all of it. */
static int read_pax(tar_reader *r, opsdk_error *err)
{
    const char *p = r->record.data, *end = p + r->record.len;

    while (p < end) {
        const char *space = memchr(p, ' ', (size_t)(end - p)), *equals;
        uint64_t len;
        int code;

        if (!space || read_decimal(p, (size_t)(space - p), &len) < 0 || len > (uint64_t)(end - p) ||
            len < (uint64_t)(space - p) + 3 || p[len - 1] != '\n')
            return bad(err, "malformed pax header");
        equals = memchr(space + 1, '=', (size_t)(p + len - space - 2));
        if (!equals)
            return bad(err, "malformed pax header");
        code =
            pax_member(r, space + 1, (size_t)(equals - space - 1), equals + 1, (size_t)(p + len - 1 - equals - 1), err);
        if (code < 0)
            return code;
        p += len;
    }
    return 0;
}

static int read_record(tar_reader *r, opsdk_error *err)
{
    size_t len = r->record.len;

    if (r->record_type == 'x' || r->record_type == 'g')
        return read_pax(r, err);
    while (len > 0 && r->record.data[len - 1] == '\0')
        len--;
    if (r->record_type == 'L')
        return set_name(&r->name, &r->has_name, len ? r->record.data : "", len, err);
    return set_name(&r->link, &r->has_link, len ? r->record.data : "", len, err);
}

/* ---- headers ---- */

static void enter(tar_reader *r, int state, uint64_t size)
{
    r->state = state;
    r->left = size;
    r->padding = (unsigned)(-size % TAR_BLOCK);
}

/* What a record said stands, else the header's fields. */
static int entry_names(tar_reader *r, const tar_header *h, opsdk_error *err)
{
    size_t prefix = memcmp(h->magic, "ustar", 6) == 0 ? strnlen(h->prefix, sizeof(h->prefix)) : 0;

    if (!r->has_name) {
        buf_reset(&r->name);
        buf_add(&r->name, h->prefix, prefix);
        if (prefix > 0)
            buf_addc(&r->name, '/');
        buf_add(&r->name, h->name, strnlen(h->name, sizeof(h->name)));
    }
    if (!r->has_link) {
        buf_reset(&r->link);
        buf_add(&r->link, h->link, strnlen(h->link, sizeof(h->link)));
    }
    r->has_name = r->has_link = false;
    if (r->name.failed || r->link.failed)
        return opsdk_error_set(err, OPSDK_ENOMEM, "tar: out of memory");
    return r->name.len > 0 ? 0 : bad(err, "an entry has no name");
}

static int start_record(tar_reader *r, char type, uint64_t size, opsdk_error *err)
{
    if (size == 0 || size > LIMIT_TAR_RECORD)
        return bad(err, "a header of names is empty or too long");
    buf_reset(&r->record);
    r->record_type = type;
    enter(r, TAR_IN_RECORD, size);
    return 0;
}

/* Old archives mark a folder by a slash at the end of a file's name. */
static char true_type(char type, const buf *name)
{
    if (type != '\0' && type != '7' && type != TAR_FILE)
        return type;
    return name->data[name->len - 1] == '/' ? TAR_DIR : TAR_FILE;
}

static int start_entry(tar_reader *r, const tar_header *h, uint64_t size, uint64_t mode, opsdk_error *err)
{
    tar_entry e = {.mode = (unsigned)mode & 07777};
    char type;
    int code;

    code = entry_names(r, h, err);
    if (code < 0)
        return code;
    type = true_type(h->type, &r->name);
    if (type < TAR_FILE || type > TAR_FIFO)
        return opsdk_error_set(err, OPSDK_EPROTO, "tar: entry \"%s\" is of a kind that is not accepted", r->name.data);
    if (r->has_size)
        size = r->size;
    r->has_size = false;
    if (type != TAR_FILE && size > 0)
        return opsdk_error_set(err, OPSDK_EPROTO, "tar: entry \"%s\" has data but is no file", r->name.data);
    if (++r->entries > r->max_entries)
        return bad(err, "too many entries");
    if (size > r->max_bytes - r->bytes)
        return opsdk_error_set(err, OPSDK_EPROTO, "tar: \"%s\" makes the archive too large", r->name.data);
    r->bytes += size;

    e.type = (enum tar_type)type;
    e.name = r->name.data;
    e.link = r->link.data ? r->link.data : "";
    e.size = size;
    code = r->sink.entry(&e, r->sink.user, err);
    if (code < 0 || type != TAR_FILE)
        return code;
    enter(r, TAR_IN_FILE, size);
    return 0;
}

static bool is_zero(const char *block)
{
    return block[0] == 0 && memcmp(block, block + 1, TAR_BLOCK - 1) == 0;
}

static int read_header(tar_reader *r, opsdk_error *err)
{
    tar_header h;
    uint64_t sum, size, mode;

    r->have = 0;
    if (is_zero(r->header)) {
        r->state = TAR_AT_END;
        return r->has_name || r->has_link ? bad(err, "ends between a name and its entry") : 0;
    }
    memcpy(&h, r->header, sizeof(h));
    if (read_octal(h.checksum, sizeof(h.checksum), &sum) < 0 || sum != tar_checksum(&h))
        return bad(err, "not a tar archive, or damaged: wrong checksum");
    if (read_number(h.size, sizeof(h.size), &size) < 0 || read_number(h.mode, sizeof(h.mode), &mode) < 0)
        return bad(err, "size or mode of an entry is no number");
    if (h.type && strchr("xgLK", h.type))
        return start_record(r, h.type, size, err);
    return start_entry(r, &h, size, mode, err);
}

/* ---- the stream ---- */

/* What comes behind left reaching 0. */
static int finish(tar_reader *r, opsdk_error *err)
{
    int code = 0;

    if (r->state == TAR_IN_FILE)
        code = r->sink.end(r->sink.user, err);
    else if (r->state == TAR_IN_RECORD)
        code = read_record(r, err);
    if (r->state != TAR_IN_PADDING && r->padding > 0) {
        r->state = TAR_IN_PADDING;
        r->left = r->padding;
    } else {
        r->state = TAR_AT_HEADER;
    }
    return code;
}

static int take_header(tar_reader *r, const char *data, size_t len, opsdk_error *err)
{
    memcpy(r->header + r->have, data, len);
    r->have += len;
    return r->have == TAR_BLOCK ? read_header(r, err) : 0;
}

static int take(tar_reader *r, const char *data, size_t len, opsdk_error *err)
{
    r->left -= len;
    if (r->state == TAR_IN_FILE && len > 0)
        return r->sink.data(data, len, r->sink.user, err);
    if (r->state != TAR_IN_RECORD)
        return 0;
    buf_add(&r->record, data, len);
    return r->record.failed ? opsdk_error_set(err, OPSDK_ENOMEM, "tar: out of memory") : 0;
}

int tar_feed(tar_reader *r, const char *data, size_t len, opsdk_error *err)
{
    while (len > 0 && r->state != TAR_AT_END) {
        bool header = r->state == TAR_AT_HEADER;
        uint64_t want = header ? TAR_BLOCK - r->have : r->left;
        size_t n = want < len ? (size_t)want : len;
        int code = header ? take_header(r, data, n, err) : take(r, data, n, err);

        data += n;
        len -= n;
        /* An empty file ends as soon as it has begun. */
        if (code == 0 && r->state != TAR_AT_HEADER && r->state != TAR_AT_END && r->left == 0)
            code = finish(r, err);
        if (code < 0)
            return code;
    }
    return 0;
}

int tar_end(const tar_reader *r, opsdk_error *err)
{
    if (r->state == TAR_AT_END)
        return 0;
    if (r->state == TAR_IN_FILE)
        return opsdk_error_set(err, OPSDK_EPROTO, "tar: archive ends within \"%s\", %llu bytes short", r->name.data,
                               (unsigned long long)r->left);
    return bad(err, "archive is cut off");
}

int tar_path(const char *name, buf *ret, opsdk_error *err)
{
    const char *p = name;

    buf_reset(ret);
    if (*p == '/')
        return opsdk_error_set(err, OPSDK_EPROTO, "tar: absolute name \"%s\" is not accepted", name);
    while (*p) {
        size_t len = strcspn(p, "/");

        if (len == 2 && memcmp(p, "..", 2) == 0)
            return opsdk_error_set(err, OPSDK_EPROTO, "tar: name \"%s\" leads out of the folder", name);
        if (len > 255)
            return opsdk_error_set(err, OPSDK_EPROTO, "tar: name \"%s\" is too long", name);
        if (len > 0 && !(len == 1 && *p == '.')) {
            if (ret->len > 0)
                buf_addc(ret, '/');
            buf_add(ret, p, len);
        }
        p += len;
        p += strspn(p, "/");
    }
    buf_add(ret, "", 0);
    return ret->failed ? opsdk_error_set(err, OPSDK_EPROTO, "tar: name \"%s\" is too long", name) : 0;
}
