/* Plays the sessions of tests/fixtures/watcher to a watcher, whole and one byte at a time.  A session is lines:
 *     request TARGET            what watcher_begin must ask for
 *     body TEXT                 fed, with a line feed behind it; cut TEXT: fed without one
 *     feed CODE                 watcher_feed has failed with this code
 *     end MS                    the reply came whole; or: end MS CODE HTTP_STATUS RETRY_AFTER_MS
 *     wait MS CODE              what watcher_end must have said (by least chance)
 *     count LISTS UNREADABLE REWINDS    what watcher_counts must say
 *     begin, put NAME VERSION listed|event, delete NAME VERSION, synced [in part], notice WORD    what the sink must have been told, in order */
#include "core/watcher.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct session {
    watcher *w;
    size_t piece; /* bytes per feed; 0: all */
    buf told;     /* lines of the sink that no line of the session has named yet */
    int fed;
    int64_t wait_ms;
    int ended;
    const char *file;
    int line;
} session;

static void on_begin(void *user)
{
    session *s = user;

    buf_puts(&s->told, "begin\n");
}

static int on_upsert(opsdk_object *obj, bool listed, void *user, opsdk_error *err)
{
    session *s = user;

    (void)err;
    buf_printf(&s->told, "put %s %s %s\n", opsdk_object_key(obj).name, opsdk_object_version(obj),
               listed ? "listed" : "event");
    opsdk_object_unref(obj);
    return 0;
}

static void on_remove(opsdk_object *obj, void *user)
{
    session *s = user;

    buf_printf(&s->told, "delete %s %s\n", opsdk_object_key(obj).name, opsdk_object_version(obj));
    opsdk_object_unref(obj);
}

static void on_synced(bool whole, void *user)
{
    session *s = user;

    buf_puts(&s->told, whole ? "synced\n" : "synced in part\n");
}

static void on_notice(const opsdk_error *what, void *user)
{
    session *s = user;

    buf_printf(&s->told, "notice %s\n", what->message);
}

static const watcher_sink sink = {on_begin, on_upsert, on_remove, on_synced, on_notice};

static void request(session *s, const char *target)
{
    auto_buf got = BUF_INIT(4096);

    ck_assert_int_eq(watcher_begin(s->w, 0, &got, NULL), 0);
    ck_assert_msg(strcmp(got.data, target) == 0, "%s:%d: asks for %s", s->file, s->line, got.data);
    s->fed = 0;
}

static void feed(session *s, const char *text, bool newline)
{
    auto_buf data = BUF_INIT(1 << 16);
    size_t step;

    buf_puts(&data, text);
    if (newline)
        buf_addc(&data, '\n');
    step = s->piece ? s->piece : data.len;
    for (size_t i = 0; i < data.len && s->fed == 0; i += step) {
        opsdk_error err = {0};
        s->fed = watcher_feed(s->w, data.data + i, data.len - i < step ? data.len - i : step, &err);
        ck_assert_int_eq(s->fed, err.code);
    }
}

static void end(session *s, const char *text)
{
    opsdk_error why = {0}, err = {0};
    int64_t lived_ms;
    int n = sscanf(text, "%" SCNd64 " %d %d %d", &lived_ms, &why.code, &why.http_status, &why.retry_after_ms);

    s->wait_ms = -1;
    s->ended = watcher_end(s->w, n > 1 ? &why : NULL, lived_ms, 0, &s->wait_ms, &err);
    ck_assert_int_eq(s->ended, err.code);
}

static void expect(session *s, const char *line)
{
    size_t len = strlen(line);

    ck_assert_msg(s->told.data && strncmp(s->told.data, line, len) == 0, "%s:%d: expected '%s', told: %s", s->file,
                  s->line, line, s->told.data ? s->told.data : "nothing");
    if (strncmp(line, "notice", 6) == 0)
        len = strcspn(s->told.data, "\n");
    ck_assert_int_eq(s->told.data[len], '\n');
    memmove(s->told.data, s->told.data + len + 1, s->told.len - len);
    s->told.len -= len + 1;
}

static void counted(session *s, const char *text)
{
    const watcher_stats *c = watcher_counts(s->w);
    char got[80];

    snprintf(got, sizeof(got), "%" PRIu64 " %" PRIu64 " %" PRIu64, c->lists, c->unreadable, c->rewinds);
    ck_assert_msg(strcmp(got, text) == 0, "%s:%d: counts %s", s->file, s->line, got);
}

static void play_line(session *s, char *line)
{
    char *rest = strchr(line, ' ');
    int64_t wait_ms;
    int code;

    line[strcspn(line, "\n")] = '\0';
    if (!*line || *line == '#')
        return;
    rest = rest ? rest + 1 : line + strlen(line);
    if (strncmp(line, "request ", 8) == 0) {
        request(s, rest);
    } else if (strncmp(line, "body ", 5) == 0 || strncmp(line, "cut ", 4) == 0) {
        feed(s, rest, *line == 'b');
    } else if (strncmp(line, "feed ", 5) == 0) {
        ck_assert_int_eq(s->fed, atoi(rest));
    } else if (strncmp(line, "end ", 4) == 0) {
        end(s, rest);
    } else if (strncmp(line, "count ", 6) == 0) {
        counted(s, rest);
    } else if (strcmp(line, "again") == 0) {
        watcher_list_again(s->w);
    } else if (strncmp(line, "wait ", 5) == 0) {
        ck_assert_int_eq(sscanf(rest, "%" SCNd64 " %d", &wait_ms, &code), 2);
        ck_assert_msg(s->wait_ms == wait_ms && s->ended == code, "%s:%d: waits %" PRId64 " %d", s->file, s->line,
                      s->wait_ms, s->ended);
    } else {
        expect(s, line);
    }
}

static void play(const char *name, size_t piece)
{
    const watcher_what what = {&OPSDK_POD, "ns", "app=x", NULL, 40000, strncmp(name, "watch_list", 10) == 0};
    char path[128], line[4096];
    session s = {.piece = piece, .told = BUF_INIT(1 << 16), .file = name};
    FILE *f;

    snprintf(path, sizeof(path), "tests/fixtures/watcher/%s.txt", name);
    f = fopen(path, "re");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    s.w = watcher_new(&what, &sink, &s);
    for (s.line = 1; fgets(line, sizeof(line), f); s.line++)
        play_line(&s, line);
    ck_assert_msg(s.told.len == 0, "%s: also told: %s", name, s.told.data);
    fclose(f);
    watcher_free(s.w);
    buf_clear(&s.told);
}

#define SESSION(name)   \
    START_TEST(name)    \
    {                   \
        play(#name, 0); \
        play(#name, 1); \
    }                   \
    END_TEST
SESSION(pages)
SESSION(expired_page)
SESSION(bookmark)
SESSION(cut_in_a_line)
SESSION(gone_status)
SESSION(gone_event)
SESSION(busy_event)
SESSION(refused)
SESSION(no_kind)
SESSION(forbidden)
SESSION(restored)
SESSION(html)
SESSION(hangs_up)
SESSION(watch_list)
SESSION(watch_list_refused)
SESSION(watch_list_without_end)
SESSION(too_large)
SESSION(healthy)
SESSION(listed_again)
SESSION(watch_list_again)
SESSION(unreadable)
SESSION(backwards)

/* The end that is asked for comes before the owner's patience ends. */
START_TEST(timeout_fits_silence)
{
    static const int silence[] = {40000, 10000, 2000, 500};
    static const char *const want[] = {"30", "7", "1", "1"};

    for (size_t i = 0; i < 4; i++) {
        watcher_what what = {&OPSDK_POD, NULL, NULL, NULL, silence[i], false};
        session s = {.told = BUF_INIT(1 << 12)};
        auto_buf target = BUF_INIT(4096);
        watcher *w = watcher_new(&what, &sink, &s);
        static const char list[] = "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[]}";
        int64_t wait;

        ck_assert_int_eq(watcher_begin(w, 0, &target, NULL), 0);
        ck_assert_int_eq(watcher_feed(w, list, sizeof(list) - 1, NULL), 0);
        ck_assert_int_eq(watcher_end(w, NULL, 1, 0, &wait, NULL), 0);
        buf_reset(&target);
        ck_assert_int_eq(watcher_begin(w, 0, &target, NULL), 0);
        ck_assert_str_eq(strstr(target.data, "timeoutSeconds=") + 15, want[i]);
        watcher_free(w);
        buf_clear(&s.told);
    }
}
END_TEST

/* A server that keeps refusing is asked less and less often, and never more than once per half of the longest wait. */
START_TEST(waits_longer_each_time)
{
    static const watcher_what what = {&OPSDK_POD, NULL, NULL, NULL, 40000, false};
    session s = {.told = BUF_INIT(1 << 12)};
    watcher *w = watcher_new(&what, &sink, &s);
    opsdk_error why = {.code = OPSDK_EBUSY, .http_status = 503};
    int64_t wait = 0, last = 0;

    for (int i = 0; i < 40; i++) {
        auto_buf target = BUF_INIT(4096);
        ck_assert_int_eq(watcher_begin(w, 0, &target, NULL), 0);
        ck_assert_int_eq(watcher_end(w, &why, 1, 0, &wait, NULL), OPSDK_EBUSY);
        ck_assert_int_ge(wait, last);
        last = wait;
    }
    ck_assert_int_eq(last, 15000);
    watcher_free(w);
    buf_clear(&s.told);
}
END_TEST

static int drop(opsdk_object *obj, bool listed, void *user, opsdk_error *err)
{
    (void)listed, (void)user, (void)err;
    opsdk_object_unref(obj);
    return 0;
}

static void drop_too(opsdk_object *obj, void *user)
{
    (void)user;
    opsdk_object_unref(obj);
}

static void nothing(void *user)
{
    (void)user;
}

static void no_notice(const opsdk_error *what, void *user)
{
    (void)what, (void)user;
}

static void nothing_synced(bool whole, void *user)
{
    (void)whole, (void)user;
}

static const watcher_sink deaf = {nothing, drop, drop_too, nothing_synced, no_notice};

/* One list page and one watch, to the first failure. */
static int follow_once(watcher *w, const char *const bodies[2])
{
    int64_t wait;

    for (int i = 0; i < 2; i++) {
        auto_buf target = BUF_INIT(4096);
        opsdk_error err = {0};
        int r = watcher_begin(w, 0, &target, &err);

        if (r == 0)
            r = watcher_feed(w, bodies[i], strlen(bodies[i]), &err);
        r = watcher_end(w, r < 0 ? &err : NULL, 5000, 0, &wait, &err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Memory runs out at any place: the request fails, nothing leaks, and the next one may work. */
START_TEST(memory_runs_out)
{
    static const watcher_what what = {&OPSDK_POD, "ns", NULL, NULL, 40000, false};
    static const char *const bodies[2] = {
        "{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"4\"}}"
        "]}",
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"b\",\"resourceVersion\":\"6\"}}}\n"};
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        watcher *w;
        int r = 0;
        fault_set(++k);
        w = watcher_new(&what, &deaf, NULL);
        if (w)
            r = follow_once(w, bodies);
        hit = fault_clear();
        ck_assert_msg(hit || r == 0, "fails with %d", r);
        ck_assert_msg(r == 0 || r == OPSDK_ENOMEM || r == OPSDK_EINVAL, "fails with %d", r);
        watcher_free(w);
    } while (hit);
    ck_assert_uint_gt(k, 3);
}
END_TEST

TESTS("watcher", pages, expired_page, bookmark, cut_in_a_line, gone_status, gone_event, busy_event, refused, no_kind,
      forbidden, restored, html, hangs_up, watch_list, watch_list_refused, watch_list_without_end, too_large, healthy,
      listed_again, watch_list_again, unreadable, backwards, timeout_fits_silence, waits_longer_each_time,
      memory_runs_out)
