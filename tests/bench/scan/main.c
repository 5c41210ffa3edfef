/* Reads a list (or watch) of generated pods from memory through stream and pack; tests/bench/scan/count counts the instructions.
 *
 *   scan [--data exemplar|light|noisy] [--objects N] [--piece BYTES] [--rounds N] [--watch] [--keys]
 *
 * Prints {"bytes":…,"objects":…,"ms":…}: the best of ten readings. */
#include "core/buf.h"
#include "core/stream.h"
#include "tests/bench/replay/data.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 10 };

typedef struct reading {
    buf text;
    size_t piece, seen;
    bool watch, keys;
} reading;

static int64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int count(const char *type, opsdk_object *obj, void *user, opsdk_error *err)
{
    reading *r = user;

    (void)type, (void)err;
    r->seen++;
    opsdk_object_unref(obj);
    return 0;
}

static bool put_text(reading *r, enum data_set set, size_t n)
{
    data_object *objects = data_make(set, n, 0);

    if (!objects)
        return false;
    if (!r->watch)
        buf_puts(&r->text,
                 "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[");
    for (size_t i = 0; i < n; i++) {
        buf_puts(&r->text, r->watch ? "{\"type\":\"MODIFIED\",\"object\":" : i > 0 ? "," : "");
        buf_add(&r->text, objects[i].text, objects[i].len);
        buf_puts(&r->text, r->watch ? "}\n" : "");
    }
    if (!r->watch)
        buf_puts(&r->text, "]}\n");
    data_free(objects, n);
    return !r->text.failed;
}

static bool read_once(reading *r)
{
    stream *s = (r->watch ? stream_watch : stream_list)(&OPSDK_POD, count, NULL, r);
    bool fine = s != NULL;

    r->seen = 0;
    if (fine && r->keys)
        stream_keep(s, NULL);
    for (size_t at = 0; fine && at < r->text.len; at += r->piece)
        fine = stream_feed(s, r->text.data + at, r->text.len - at < r->piece ? r->text.len - at : r->piece, NULL) == 0;
    fine = fine && stream_end(s, NULL) == 0;
    stream_free(s);
    return fine;
}

static enum data_set set_named(const char *name)
{
    return strcmp(name, "light") == 0 ? DATA_LIGHT : strcmp(name, "noisy") == 0 ? DATA_NOISY : DATA_EXEMPLAR;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"data", required_argument, NULL, 'd'},
                                            {"objects", required_argument, NULL, 'o'},
                                            {"piece", required_argument, NULL, 'p'},
                                            {"rounds", required_argument, NULL, 'r'},
                                            {"watch", no_argument, NULL, 'w'},
                                            {"keys", no_argument, NULL, 'k'},
                                            {0}};
    reading r = {.text = BUF_INIT((size_t)1 << 30), .piece = 16384}; /* as curl hands it over */
    enum data_set set = DATA_EXEMPLAR;
    size_t n = 500, rounds = ROUNDS;
    int64_t best = INT64_MAX;

    for (int c = getopt_long(argc, argv, "", options, NULL); c != -1; c = getopt_long(argc, argv, "", options, NULL)) {
        if (c == 'd')
            set = set_named(optarg);
        else if (c == 'o')
            n = strtoull(optarg, NULL, 10);
        else if (c == 'p')
            r.piece = strtoull(optarg, NULL, 10);
        else if (c == 'r')
            rounds = strtoull(optarg, NULL, 10);
        else if (c == 'w')
            r.watch = true;
        else if (c == 'k')
            r.keys = true;
        else
            return 2;
    }
    if (n == 0 || r.piece == 0 || !put_text(&r, set, n))
        return 1;
    for (size_t i = 0; i < rounds; i++) {
        int64_t start = now_ns(), took;
        if (!read_once(&r) || r.seen != n)
            return 1;
        took = now_ns() - start;
        best = took < best ? took : best;
    }
    printf("{\"bytes\":%zu,\"objects\":%zu,\"ms\":%.3f}\n", r.text.len, n, (double)best / 1e6);
    buf_clear(&r.text);
    return 0;
}
