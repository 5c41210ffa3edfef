#include "tests/conformance/normal.h"

#include "tests/conformance/causes.h"
#include "tests/conformance/embedded.h"
#include "tests/conformance/names.h"
#include "tests/conformance/tool.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct normal {
    names words; /* of whole texts or parts of them */
    names uids, addresses, ports;
    revisions revs;
    size_t made;
    int64_t at;         /* seconds: when the record was made */
    const char *prefix; /* of the name that its request asked the server to make up, or NULL */
} normal;

/* ---- the first walk: what there is ---- */

static bool is_list(const json_t *doc)
{
    return json_object_get(doc, "items") || json_object_get(doc, "rows");
}

/* Letters that the server makes names of. */
static const char MADE[] = "bcdfghjklmnpqrstvwxz2456789";
#define MADE_LEN 5

static void see_name(normal *n, const char *name, size_t len)
{
    char from[512], to[512];

    if (len >= sizeof(from) - 32)
        return;
    memcpy(from, name, len);
    from[len] = '\0';
    if (names_get(&n->words, from))
        return;
    snprintf(to, sizeof(to), "%.*sGEN%zu", (int)(len - MADE_LEN), from, ++n->made);
    names_put(&n->words, from, to);
}

/* Names that begin with what was asked for, in any text: a name that is refused stands in messages alone. */
static void see_made(normal *n, const char *text)
{
    size_t len = strlen(n->prefix);

    while ((text = strstr(text, n->prefix))) {
        size_t made = strspn(text + len, MADE);

        if (made == MADE_LEN && !isalnum((unsigned char)text[len + made]))
            see_name(n, text, len + made);
        text += len;
    }
}

/* The name of an object whose name the server made up. */
static void see_generated(normal *n, const json_t *meta)
{
    const char *base = json_string_value(json_object_get(meta, "generateName"));
    const char *name = json_string_value(json_object_get(meta, "name"));
    size_t len = base && name ? strlen(name) : 0;

    if (len > MADE_LEN && strncmp(name, base, len - MADE_LEN) == 0)
        see_name(n, name, len);
}

static void see_object(normal *n, const json_t *doc)
{
    const json_t *meta = json_object_get(doc, "metadata");
    const char *rv = json_string_value(json_object_get(meta, "resourceVersion"));

    see_generated(n, meta);
    if (rv && !is_list(doc))
        revisions_add(&n->revs, rv);
}

static bool is_bookmark(const json_t *doc)
{
    const char *type = json_string_value(json_object_get(doc, "type"));

    return type && strcmp(type, "BOOKMARK") == 0;
}

static void see(normal *n, const json_t *doc)
{
    const char *name;
    const json_t *value;
    size_t i;

    if (n->prefix && json_is_string(doc))
        see_made(n, json_string_value(doc));
    if (json_is_array(doc)) {
        json_array_foreach((json_t *)doc, i, value) see(n, value);
        return;
    }
    if (!json_is_object(doc) || is_bookmark(doc))
        return;
    see_object(n, doc);
    json_object_foreach((json_t *)doc, name, value) see(n, value);
}

/* ---- the second walk: texts ---- */

static bool is_uid(const char *s)
{
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
            return false;
    }
    return true;
}

static void mend_uids(normal *n, const char *text, buf *out)
{
    char uid[37];

    for (size_t left = strlen(text); left > 0;) {
        if (left < 36 || !is_uid(text)) {
            buf_addc(out, *text++);
            left--;
            continue;
        }
        memcpy(uid, text, 36);
        uid[36] = '\0';
        buf_puts(out, names_number(&n->uids, uid, "uid"));
        text += 36;
        left -= 36;
    }
}

/* Numbers behind these words are revisions. */
static const char *const BEFORE_REVISION[] = {"current: ",
                                              "ResourceVersion in precondition: ",
                                              "ResourceVersion in object meta: ",
                                              "ResourceVersion in the precondition (",
                                              "ResourceVersion in record (",
                                              "too old resource version: 1 (",
                                              "\\\"resourceVersion\\\":\\\""};

static size_t revision_behind(const char *text)
{
    for (size_t i = 0; i < sizeof(BEFORE_REVISION) / sizeof(*BEFORE_REVISION); i++) {
        size_t len = strlen(BEFORE_REVISION[i]);

        if (strncmp(text, BEFORE_REVISION[i], len) == 0 && isdigit((unsigned char)text[len]))
            return len;
    }
    return 0;
}

/* "too old resource version: 1 (345)": how much of the past a server remembers is its own affair. */
static void mend_memory(char *text)
{
    static const char word[] = "too old resource version: ";
    char *at = strstr(text, word), *open = at ? strchr(at, '(') : NULL, *close = open ? strchr(open, ')') : NULL;

    if (!close || close - open < 2 || strspn(open + 1, "0123456789") != (size_t)(close - open - 1))
        return;
    open[1] = 'N';
    memmove(open + 2, close, strlen(close) + 1);
}

static void mend_revisions(normal *n, const char *text, buf *out)
{
    while (*text) {
        size_t len = revision_behind(text), digits = len ? strspn(text + len, "0123456789") : 0;
        char number[32];

        if (digits == 0 || digits >= sizeof(number)) {
            buf_addc(out, *text++);
            continue;
        }
        memcpy(number, text + len, digits);
        number[digits] = '\0';
        buf_add(out, text, len);
        buf_puts(out, revisions_name(&n->revs, number));
        text += len + digits;
    }
}

/* The suffix of a name that the ServiceAccount plug-in makes up. */
static void mend_token_volume(char *text)
{
    static const char word[] = "kube-api-access-";
    char *at = text;

    while ((at = strstr(at, word))) {
        at += strlen(word);
        for (int i = 0; i < 5 && isalnum((unsigned char)at[i]); i++)
            at[i] = 'x';
    }
}

/* Bytes of a time as the server writes it, or 0. */
static size_t time_of(const char *text, int64_t *ret)
{
    struct tm tm = {0};
    const char *end = isdigit((unsigned char)*text) ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;

    if (!end || end - text != 19)
        return 0;
    if (*end == '.')
        end += 1 + strspn(end + 1, "0123456789");
    *ret = (int64_t)timegm(&tm);
    return *end == 'Z' ? (size_t)(end - text) + 1 : 0;
}

/* Times of today, relative to the request. */
static void mend_times(const normal *n, const char *text, buf *out)
{
    while (*text) {
        int64_t t = 0, ahead;
        size_t len = time_of(text, &t);

        ahead = t - n->at;
        if (len == 0 || ahead < -86400 || ahead > 3 * 86400) {
            buf_addc(out, *text++);
            continue;
        }
        buf_puts(out, len > 20 ? "MICROTIME" : "TIME");
        if (ahead >= 6)
            buf_printf(out, "+%llds", (long long)((ahead + 5) / 10 * 10));
        text += len;
    }
}

static json_t *mend_text(normal *n, const char *text)
{
    auto_buf first = BUF_INIT(TOOL_TEXT_MAX), second = BUF_INIT(TOOL_TEXT_MAX), third = BUF_INIT(TOOL_TEXT_MAX);
    auto_buf last = BUF_INIT(TOOL_TEXT_MAX), sorted = BUF_INIT(TOOL_TEXT_MAX);

    if (strncmp(text, "eyJ", 3) == 0 && strlen(text) > 200)
        return keep(json_string("TOKEN"));
    if (strncmp(text, "10.96.", 6) == 0 && strspn(text, "0123456789.") == strlen(text))
        return keep(json_string(names_number(&n->addresses, text, "IP")));
    buf_puts(&first, "");
    buf_puts(&second, "");
    buf_puts(&third, "");
    embedded_sort(text, &sorted);
    names_replace(&n->words, sorted.data, &first);
    mend_memory(first.data);
    mend_uids(n, first.data, &second);
    mend_revisions(n, second.data, &third);
    buf_puts(&last, "");
    mend_times(n, third.data, &last);
    mend_token_volume(last.data);
    return keep(json_stringn(last.data, last.len));
}

/* ---- the second walk: structure ---- */

static json_t *mend(normal *n, const json_t *doc, bool bookmark);

/* "45s", "3m20s", "12d": how long it is, 0: none. */
static size_t age_len(const char *text)
{
    size_t len = 0, digits;

    while ((digits = strspn(text + len, "0123456789")) > 0 && text[len + digits] && strchr("smhdy", text[len + digits]))
        len += digits + 1;
    return len;
}

static bool is_age(const char *text)
{
    return text && *text && text[age_len(text)] == '\0';
}

/* Cells of a table that are ages. */
static void mend_row(json_t *row)
{
    json_t *cells = json_object_get(row, "cells"), *cell;
    size_t i;

    json_array_foreach(cells, i, cell)
    {
        const char *text = json_string_value(cell), *ago = text ? strstr(text, " (") : NULL;

        if (is_age(text))
            json_array_set_new(cells, i, json_string("AGE"));
        else if (ago && strcmp(ago + 2 + age_len(ago + 2), " ago)") == 0)
            json_array_set_new(cells, i, json_sprintf("%.*s (AGE ago)", (int)(ago - text), text));
    }
}

/* What a column is about is said in words of each server's own. */
static void mend_columns(json_t *columns)
{
    json_t *column;
    size_t i;

    json_array_foreach(columns, i, column) json_object_del(column, "description");
}

static const char *entry_text(const json_t *entry, const char *name)
{
    const char *text = json_string_value(json_object_get(entry, name));

    return text ? text : "";
}

static int by_manager(const void *a, const void *b)
{
    static const char *const members[] = {"operation", "manager", "subresource", "apiVersion"};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(members) / sizeof(members[0]); i++)
        r = strcmp(entry_text(*(json_t *const *)a, members[i]), entry_text(*(json_t *const *)b, members[i]));
    return r;
}

/* Entries come by the second in which they were written, which is another at each play. */
static void sort_managers(json_t *meta)
{
    json_t *list = json_object_get(meta, "managedFields"), *sorted;
    size_t n = json_array_size(list);
    json_t **all = n > 1 ? keep(calloc(n, sizeof(*all))) : NULL;

    if (!all)
        return;
    for (size_t i = 0; i < n; i++)
        all[i] = json_array_get(list, i);
    qsort(all, n, sizeof(*all), by_manager);
    sorted = keep(json_array());
    for (size_t i = 0; i < n; i++)
        json_array_append(sorted, all[i]);
    free(all);
    json_object_set_new(meta, "managedFields", sorted);
}

static json_t *mend_meta(normal *n, const json_t *meta, bool listed)
{
    json_t *out = mend(n, meta, false);
    const char *rv = json_string_value(json_object_get(meta, "resourceVersion"));
    const char *next = json_string_value(json_object_get(meta, "continue"));

    if (rv && *rv && strcmp(rv, "0") != 0)
        json_object_set_new(out, "resourceVersion",
                            json_string(listed ? revisions_floor(&n->revs, rv) : revisions_name(&n->revs, rv)));
    if (next && *next)
        json_object_set_new(out, "continue", json_string("CONTINUE"));
    sort_managers(out);
    return out;
}

static json_t *mend_member(normal *n, const json_t *doc, const char *name, const json_t *value, bool bookmark)
{
    char number[32];

    if (strcmp(name, "metadata") == 0 && json_is_object(value))
        return mend_meta(n, value, bookmark || is_list(doc));
    if ((strcmp(name, "nodePort") == 0 || strcmp(name, "healthCheckNodePort") == 0) && json_is_integer(value)) {
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
        return keep(json_string(names_number(&n->ports, number, "PORT")));
    }
    return mend(n, value, bookmark || is_bookmark(doc));
}

static json_t *mend_object(normal *n, const json_t *doc, bool bookmark)
{
    json_t *out = keep(json_object());
    const char *name;
    const json_t *value;

    json_object_foreach((json_t *)doc, name, value)
    {
        auto_buf key = BUF_INIT(TOOL_TEXT_MAX);

        buf_puts(&key, "");
        names_replace(&n->words, name, &key);
        if (json_object_set_new_nocheck(out, key.data, mend_member(n, doc, name, value, bookmark)) < 0)
            die("out of memory");
    }
    if (json_object_get(out, "cells"))
        mend_row(out);
    if (json_object_get(json_object_get(out, "details"), "causes"))
        causes_sort(out);
    mend_columns(json_object_get(out, "columnDefinitions"));
    return out;
}

static json_t *mend(normal *n, const json_t *doc, bool bookmark)
{
    json_t *out;
    const json_t *value;
    size_t i;

    if (json_is_string(doc))
        return mend_text(n, json_string_value(doc));
    if (json_is_object(doc))
        return mend_object(n, doc, bookmark);
    if (!json_is_array(doc))
        return keep(json_deep_copy(doc));
    out = keep(json_array());
    json_array_foreach((json_t *)doc, i, value)
    {
        if (json_array_append_new(out, mend(n, value, bookmark)) < 0)
            die("out of memory");
    }
    return out;
}

/* ---- the whole ---- */

static json_t *mend_record(normal *n, const json_t *record)
{
    json_t *out;

    n->at = json_integer_value(json_object_get(record, "at"));
    out = mend(n, record, false);
    json_object_del(out, "at");
    json_object_del(out, "prefix");
    return out;
}

json_t *normalise(const json_t *records, const normal_opts *opts)
{
    normal n = {0};
    json_t *sorted = copy_sorted(records), *out = keep(json_array()), *record;
    size_t i;

    if (opts->ns)
        names_put(&n.words, opts->ns, "NS");
    names_put(&n.words, opts->id, "ID");
    json_array_foreach(sorted, i, record)
    {
        n.prefix = json_string_value(json_object_get(record, "prefix"));
        see(&n, record);
    }
    revisions_sort(&n.revs);
    json_array_foreach(sorted, i, record)
    {
        if (json_array_append_new(out, mend_record(&n, record)) < 0)
            die("out of memory");
    }
    names_clear(&n.words);
    names_clear(&n.uids);
    names_clear(&n.addresses);
    names_clear(&n.ports);
    revisions_clear(&n.revs);
    json_decref(sorted);
    return out;
}
