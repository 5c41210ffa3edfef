#include "tests/support/play.h"

#include "core/project.h"

#include <stdlib.h>
#include <string.h>

static void require(bool fine)
{
    if (!fine)
        abort();
}

static opsdk_object *projected(const transcript *t, opsdk_object *obj)
{
    opsdk_object *less = NULL;
    pack room;

    pack_init(&room);
    require(project_object(obj, t->fields, &room, &less) == 0);
    pack_clear(&room);
    opsdk_object_unref(obj);
    return less;
}

static int note(const char *type, opsdk_object *obj, void *user, opsdk_error *err)
{
    transcript *t = user;
    opsdk_key key;
    json_t *tree;
    char *dump;

    if (t->project && (!type || strcmp(type, "ERROR") != 0))
        obj = projected(t, obj);
    key = opsdk_object_key(obj);
    buf_printf(&t->text, "%s %s/%s@%s\n", type ? type : "item", key.ns ? key.ns : "-", key.name,
               opsdk_object_version(obj));
    if (t->full) {
        tree = opsdk_value_json(opsdk_at(obj, ""));
        dump = json_dumps(tree, JSON_COMPACT);
        require(dump != NULL);
        buf_puts(&t->text, dump);
        free(dump);
        json_decref(tree);
    }
    opsdk_object_unref(obj);
    return t->answer ? opsdk_error_set(err, t->answer, "no more") : 0;
}

static void note_skipped(const opsdk_error *why, void *user)
{
    transcript *t = user;

    require(why->code == OPSDK_EPROTO && why->message[0]);
    buf_puts(&t->text, "skipped\n");
    if (t->full)
        buf_printf(&t->text, "%s\n", why->message);
}

/* A piece with nothing behind it, so that ASan finds what reads on. */
static int feed_alone(stream *s, const char *data, size_t len, opsdk_error *err)
{
    char *alone = malloc(len);
    int r;

    require(alone != NULL);
    memcpy(alone, data, len);
    r = stream_feed(s, alone, len, err);
    free(alone);
    return r;
}

static size_t next_piece(transcript *t, size_t step)
{
    if (!t->seed)
        return step;
    t->seed = t->seed * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(t->seed >> 33) % 300 + 1;
}

void play(play_fn *make, const char *body, size_t len, size_t cut, size_t step, transcript *t)
{
    opsdk_error err = {0};
    stream *s = make(&OPSDK_POD, note, note_skipped, t);
    size_t at = 0;
    int r = 0;

    require(s != NULL);
    if (t->cut)
        stream_keep(s, t->fields);
    while (at < len && r == 0) {
        size_t n = at == 0 && cut ? cut : next_piece(t, step);
        n = n > len - at ? len - at : n;
        r = feed_alone(s, body + at, n, &err);
        at += n;
    }
    require(r == 0 || stream_feed(s, "x", 1, NULL) == r);
    if (r == 0)
        r = stream_end(s, &err);
    require(err.code == r);
    buf_printf(&t->text, "end %d %s %s\n", r, stream_version(s), stream_continue(s));
    if (t->full)
        buf_puts(&t->text, err.message);
    require(!stream_free(s));
}
