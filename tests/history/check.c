#include "tests/history/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAIL_ONE_IN 200 /* runs of the handler that fail, so that the queue has keys that wait */

bool check_init(check *c, server *s)
{
    memset(c, 0, sizeof(*c));
    c->server = s;
    c->plant = s->plant;
    c->told = calloc(s->world.n, sizeof(*c->told));
    c->seen = calloc(s->world.n, sizeof(*c->seen));
    c->busy = calloc(s->world.n, sizeof(*c->busy));
    pthread_mutex_init(&c->lock, NULL);
    return c->told && c->seen && c->busy;
}

void check_clear(check *c)
{
    free(c->told);
    free(c->seen);
    free(c->busy);
    pthread_mutex_destroy(&c->lock);
}

void check_reset(check *c)
{
    memset(c->told, 0, c->server->world.n * sizeof(*c->told));
    for (uint32_t i = 0; i < c->server->world.n; i++)
        atomic_store(c->seen + i, 0);
    c->hash = 0;
    c->listing = false;
    c->lists = c->server->world.lists;
    atomic_store(&c->last, 0);
    atomic_store(&c->cache, NULL);
}

static void OPSDK_PRINTF(2, 3) wrong(check *c, const char *fmt, ...)
{
    size_t len;
    va_list args;

    pthread_mutex_lock(&c->lock);
    len = strlen(c->words);
    if (len + 256 < sizeof(c->words)) {
        va_start(args, fmt);
        vsnprintf(c->words + len, 255, fmt, args);
        va_end(args);
        len = strlen(c->words);
        c->words[len] = '\n';
        c->words[len + 1] = '\0';
    }
    pthread_mutex_unlock(&c->lock);
    atomic_fetch_add(&c->wrong, 1);
}

/* What an object says of itself. */
typedef struct identity {
    uint32_t key, life;
    uint64_t version;
} identity;

static bool identify(check *c, const opsdk_object *obj, identity *ret)
{
    const char *ns = opsdk_object_key(obj).ns, *life = strchr(opsdk_object_uid(obj), '-');

    ret->key = world_key_of(&c->server->world, opsdk_object_key(obj).name);
    ret->life = life ? (uint32_t)strtoul(life + 1, NULL, 10) : 0;
    ret->version = world_version(strtoull(opsdk_object_version(obj), NULL, 10));
    if (ret->key < c->server->world.n && ns && strcmp(ns, world_ns(ret->key)) == 0 && ret->life > 0)
        return true;
    wrong(c, "an object that was never there: %s/%s", ns ? ns : "", opsdk_object_key(obj).name);
    return false;
}

/* Do the data belong to that version? */
static void check_content(check *c, const opsdk_object *obj, const identity *id)
{
    uint64_t of = strtoull(opsdk_value_str(opsdk_at(obj, "/data/of"), "0"), NULL, 10);
    char pad[WORLD_TEXT];

    world_pad(id->key, of, pad);
    if (of != id->version)
        wrong(c, "k%u at version %" PRIu64 " has the data of %" PRIu64, id->key, id->version, of);
    else if (strcmp(opsdk_value_str(opsdk_at(obj, "/data/pad"), "?"), pad) != 0 ||
             strcmp(opsdk_value_str(opsdk_at(obj, "/data/text"), "?"), "\xc3\xbc"
                                                                       "ber\n\xe2\x82\xac") != 0)
        wrong(c, "k%u at version %" PRIu64 " has other data than were sent", id->key, id->version);
}

static void keep(check *c, const identity *id, bool deleted)
{
    world_key *k = c->told + id->key;

    if (k->there)
        c->hash ^= world_mix(id->key, k->version);
    *k = (world_key){.version = id->version, .life = id->life, .there = !deleted};
    if (!deleted)
        c->hash ^= world_mix(id->key, id->version);
    c->events++;
    c->deletions += deleted;
}

/* What holds of one key, whoever tells. */
static void check_order(check *c, const identity *id, bool deleted)
{
    const world_key *k = c->told + id->key;

    if (deleted && !k->there)
        wrong(c, "k%u is told deleted at version %" PRIu64 ", but was not there", id->key, id->version);
    else if (deleted && k->life != id->life)
        wrong(c, "k%u: incarnation %u is told deleted, %u was there", id->key, id->life, k->life);
    else if (!deleted && k->there && k->life != id->life)
        wrong(c, "k%u: incarnation %u began before %u was told deleted", id->key, id->life, k->life);
    else if (id->version < k->version || (!deleted && id->version == k->version))
        wrong(c, "k%u: version %" PRIu64 " is told after %" PRIu64, id->key, id->version, k->version);
}

/* A list is done when what was told is what it shows. */
static bool end_of_list(check *c)
{
    if (c->hash != c->server->world.list_hash)
        return false;
    c->listing = false;
    atomic_store(&c->last, c->server->world.list_version);
    return true;
}

/* Is this the next version of all, or is a list the reason that it is not? */
static void check_sequence(check *c, const identity *id)
{
    uint64_t lists = c->server->world.lists, listed = c->server->world.list_version;

    if (!c->listing && id->version == c->last + 1 && lists == c->lists)
        return;
    if (lists != c->lists) { /* it may have begun while an earlier one was read */
        c->lists = lists;
        c->listing = true;
        c->relists++;
        end_of_list(c);
    }
    if (c->listing && id->version <= listed)
        return;
    if (c->listing && !end_of_list(c))
        wrong(c, "version %" PRIu64 " is told before all of the list at %" PRIu64 " was", id->version, listed);
    else if (id->version != c->last + 1)
        wrong(c, "version %" PRIu64 " is told after %" PRIu64 ": what is between was lost", id->version,
              (uint64_t)c->last);
    c->listing = false;
}

static void tell(check *c, const opsdk_object *obj, const identity *id, bool deleted)
{
    if (!deleted)
        check_content(c, obj, id);
    check_sequence(c, id);
    check_order(c, id, deleted);
    keep(c, id, deleted);
    if (c->listing)
        end_of_list(c);
    else
        atomic_store(&c->last, id->version);
}

/* What was planted between the engine and here. */
static bool plant(check *c, enum plant what)
{
    if (c->plant != what || c->planted || c->last < c->server->until / 2)
        return false;
    c->planted = true;
    return true;
}

void check_told(const opsdk_object *obj, bool deleted, opsdk_cache *cache, opsdk_queue *queue, void *user)
{
    check *c = user;
    identity id;

    (void)queue; /* the primary's own change adds it */
    atomic_store(&c->cache, cache);
    if (!identify(c, obj, &id) || (deleted && plant(c, PLANT_NOT_TOLD)))
        return;
    tell(c, obj, &id, deleted);
    if (deleted && plant(c, PLANT_TWICE))
        tell(c, obj, &id, deleted);
}

static bool ignored(const check *c, const identity *id)
{
    return c->plant == PLANT_NOT_RECONCILED && id->key % 4 == 0 && id->version > c->server->until / 2;
}

int check_reconcile(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    check *c = rq->user;
    int r = 0;
    identity id;

    (void)ret;
    if (!identify(c, rq->object, &id))
        return OPSDK_ETERMINAL;
    c->runs++;
    if (atomic_exchange(c->busy + id.key, true))
        wrong(c, "k%u is handled twice at once", id.key);
    check_content(c, rq->object, &id);
    if (id.version < c->seen[id.key])
        wrong(c, "k%u: the handler saw version %" PRIu64 " after %" PRIu64, id.key, id.version,
              (uint64_t)c->seen[id.key]);
    if (world_mix(id.key, id.version + rq->attempt) % FAIL_ONE_IN == 0) {
        c->failures++;
        r = opsdk_error_set(err, OPSDK_EIO, "by chance");
    } else if (!ignored(c, &id)) {
        atomic_store(c->seen + id.key, id.version);
    }
    atomic_store(c->busy + id.key, false);
    return r;
}

/* Objects found by the index have what was asked for; how many? */
static size_t read_index(check *c, opsdk_cache *cache, unsigned part)
{
    opsdk_auto_objects found = {0};
    char value[12];

    snprintf(value, sizeof(value), "%u", part);
    if (opsdk_cache_by_index(cache, &OPSDK_CONFIGMAP, NULL, WORLD_INDEX, value, &found, NULL) < 0)
        wrong(c, "the index does not answer");
    opsdk_foreach(obj, &found)
    {
        if (strcmp(opsdk_value_str(opsdk_at(*obj, WORLD_INDEX), ""), value) != 0)
            wrong(c, "the index has k%s by a value of before", opsdk_object_key(*obj).name);
    }
    return found.len;
}

static void read_one(check *c, opsdk_cache *cache, uint32_t key)
{
    char name[16];
    identity id = {0};
    opsdk_auto_object *obj = NULL;

    world_name(key, name);
    obj = opsdk_cache_get(cache, OPSDK_KEY(&OPSDK_CONFIGMAP, world_ns(key), name));
    if (obj && identify(c, obj, &id))
        check_content(c, obj, &id);
}

void check_read(check *c)
{
    opsdk_cache *cache = atomic_load(&c->cache);
    opsdk_auto_objects some = {0};

    if (!cache)
        return;
    for (uint32_t key = 0; key < c->server->world.n; key += 7)
        read_one(c, cache, key);
    if (opsdk_cache_select(cache, &OPSDK_CONFIGMAP, "red", NULL, &some, NULL) < 0 ||
        opsdk_cache_count(cache, &OPSDK_CONFIGMAP, "red") > c->server->world.n)
        wrong(c, "the cache does not answer");
    opsdk_foreach(obj, &some)
    {
        identity id = {0};
        if (identify(c, *obj, &id))
            check_content(c, *obj, &id);
    }
}

static bool handled(const check *c, uint32_t key)
{
    const world_key *k = c->server->world.keys + key;

    return !k->there || c->seen[key] == k->version;
}

bool check_complete(check *c)
{
    const server *s = c->server;

    if (s->quiet != s->until || !atomic_load(&c->cache))
        return false;
    for (uint32_t key = 0; key < s->world.n; key++) {
        if (!handled(c, key))
            return false;
    }
    return c->hash == s->world.hash;
}

void check_missing(check *c)
{
    const server *s = c->server;
    uint32_t key = 0;

    if (s->quiet != s->until)
        wrong(c, "the server sent up to version %" PRIu64 " of %" PRIu64, (uint64_t)s->world.version,
              (uint64_t)s->until);
    if (c->hash != s->world.hash)
        wrong(c, "told up to version %" PRIu64 ", written were %" PRIu64, (uint64_t)c->last,
              (uint64_t)s->world.version);
    while (key < s->world.n && handled(c, key))
        key++;
    if (key < s->world.n)
        wrong(c, "k%u: the handler saw version %" PRIu64 " last, written was %" PRIu64, key, (uint64_t)c->seen[key],
              s->world.keys[key].version);
}

void check_cache(check *c)
{
    opsdk_auto_objects all = {0};
    uint64_t hash = 0;
    size_t there = 0, by_index = 0;

    if (opsdk_cache_select(c->cache, &OPSDK_CONFIGMAP, NULL, NULL, &all, NULL) < 0) {
        wrong(c, "the cache does not answer");
        return;
    }
    opsdk_foreach(obj, &all)
    {
        identity id = {0};
        if (!identify(c, *obj, &id))
            continue;
        check_content(c, *obj, &id);
        hash ^= world_mix(id.key, id.version);
    }
    for (uint32_t key = 0; key < c->server->world.n; key++)
        there += c->server->world.keys[key].there;
    if (all.len != there || hash != c->server->world.hash)
        wrong(c, "the cache has %zu objects (hash %016" PRIx64 "), the server %zu (%016" PRIx64 ")", all.len, hash,
              there, c->server->world.hash);
    for (unsigned part = 0; part < WORLD_PARTS; part++)
        by_index += read_index(c, c->cache, part);
    if (by_index != there)
        wrong(c, "the index has %zu objects of %zu", by_index, there);
    if (opsdk_cache_count(c->cache, &OPSDK_CONFIGMAP, NULL) != there)
        wrong(c, "the cache counts %zu objects of %zu", opsdk_cache_count(c->cache, &OPSDK_CONFIGMAP, NULL), there);
}
