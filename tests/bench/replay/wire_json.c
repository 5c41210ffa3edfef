#include "tests/bench/replay/wire.h"

static const char *kind_of(const history *h)
{
    return h->custom ? "Benchmark" : "Pod";
}

static const char *version_of(const history *h)
{
    return h->custom ? "bench.example.com/v1" : "v1";
}

static void put_list(reply *out, const history *h, uint64_t events, size_t first, size_t end, const char *more)
{
    reply_text(
        out, "{\"kind\":\"%sList\",\"apiVersion\":\"%s\",\"metadata\":{\"resourceVersion\":\"%llu\"%s%s%s},\"items\":[",
        kind_of(h), version_of(h), (unsigned long long)(HISTORY_BASE + events), *more ? ",\"continue\":\"" : "", more,
        *more ? "\"" : "");
    for (size_t i = first; i < end && !out->failed; i++) {
        if (i > first)
            reply_text(out, ",");
        history_put(out, h, h->json, history_nth(h, events, i), events, 0);
    }
    reply_text(out, "]}\n");
}

static void put_event(reply *out, const history *h, const char *type, size_t i, uint64_t events, int64_t sent_ns)
{
    reply_text(out, "{\"type\":\"%s\",\"object\":", type);
    history_put(out, h, h->json, i, events, sent_ns);
    reply_text(out, "}\n");
}

static void put_bookmark(reply *out, const history *h, uint64_t events, bool initial)
{
    reply_text(out,
               "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{"
               "\"resourceVersion\":\"%llu\",\"creationTimestamp\":null%s}}}\n",
               kind_of(h), version_of(h), (unsigned long long)(HISTORY_BASE + events),
               initial ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "");
}

const wire wire_json = {"application/json", "application/json", put_list, put_event, put_bookmark};
