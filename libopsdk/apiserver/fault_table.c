#include "apiserver/fault_table.h"

#include <opsdk/apiserver.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const fault_entry FAULTS[] = {
    {"drop-watches", FAULT_DROP, "ends every watch, as a server that restarts", ""},
    {"silence", FAULT_SILENCE, "open watches and new requests get no byte more, and no FIN", "n=-1"},
    {"compact", FAULT_COMPACT, "forgets the past and ends watches: resuming them is answered 410", ""},
    {"gone", FAULT_GONE, "answers 410 Expired", "n=1"},
    {"too-many-requests", FAULT_BUSY, "answers 429 with Retry-After", "n=1 retry-after=1"},
    {"error", FAULT_ERROR, "answers code=500 or 503", "n=1 code=500"},
    {"slow", FAULT_SLOW, "sends a body bytes= at a time, ms= between", "n=1 bytes=64 ms=20"},
    {"cut", FAULT_CUT, "closes in the middle of an answer or event: at=string or at=line", "n=1"},
    {"duplicate", FAULT_DUPLICATE, "sends each watch event twice", "n=-1"},
    {"delay", FAULT_DELAY, "holds watch events back for ms=", "n=-1 ms=500"},
    {"stale", FAULT_STALE, "answers reads as things were by= revisions ago", "n=-1 by=1"},
    {"skew", FAULT_SKEW, "sets the server's clock ms= ahead (or behind)", "ms=3600000"},
    {"token-expiry", FAULT_TOKEN, "answers 401 Unauthorized", "n=1"},
    {"lease-loss", FAULT_LEASE, "gives the lease ns=, name= to somebody else", ""},
    {"rewind", FAULT_REWIND, "sets the resource version back by=, as a restore from backup does", "by=100"},
    {"oversize", FAULT_OVERSIZE, "makes the first object of an answer bytes= larger", "n=1 bytes=16777216"},
    {"malformed", FAULT_MALFORMED, "sends JSON that is none", "n=1"},
    {"refuse", FAULT_REFUSE, "closes every connection, and each new one, for ms=", "ms=2000"},
    {0},
};

static const struct {
    const char *key;
    size_t at;
} texts[] =
    {
        {"verb", offsetof(fault, verb)}, {"resource", offsetof(fault, resource)}, {"ns", offsetof(fault, ns)},
        {"name", offsetof(fault, name)}, {"agent", offsetof(fault, agent)},       {"user", offsetof(fault, user)},
},
  numbers[] = {
      {"n", offsetof(fault, n)},
      {"after", offsetof(fault, after)},
      {"ms", offsetof(fault, ms)},
      {"code", offsetof(fault, code)},
      {"bytes", offsetof(fault, bytes)},
      {"by", offsetof(fault, by)},
      {"retry-after", offsetof(fault, retry_after)},
};

static const fault_entry *find(const char *name)
{
    for (const fault_entry *e = FAULTS; e->name; e++)
        if (strcmp(e->name, name) == 0)
            return e;
    return NULL;
}

static int set_number(fault *f, const char *key, const char *value, failure *why)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char *end;
        if (strcmp(numbers[i].key, key) != 0)
            continue;
        *(int64_t *)(void *)((char *)f + numbers[i].at) = strtoll(value, &end, 10);
        return *value && !*end ? 0 : failure_bad_request(why, "fault: %s=%s: want a number", key, value);
    }
    return failure_bad_request(why, "fault: there is no %s=", key);
}

static int set(fault *f, const char *key, char *value, failure *why)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(texts[i].key, key) == 0) {
            *(const char **)(void *)((char *)f + texts[i].at) = value;
            return 0;
        }
    if (strcmp(key, "at") != 0)
        return set_number(f, key, value, why);
    f->at = strcmp(value, "line") == 0 ? FAULT_AT_LINE : FAULT_AT_STRING;
    if (f->at == FAULT_AT_STRING && strcmp(value, "string") != 0)
        return failure_bad_request(why, "fault: at=%s: want string or line", value);
    return 0;
}

/* "key=value key=value", in place. */
static int set_all(fault *f, char *text, failure *why)
{
    char *rest = NULL;

    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        if (!value)
            return failure_bad_request(why, "fault: \"%s\": want key=value", word);
        *value++ = '\0';
        if (set(f, word, value, why) < 0)
            return -1;
    }
    return 0;
}

static int parse(fault *f, failure *why)
{
    size_t len = strcspn(f->spec, " ");
    char dflt[64];
    bool more = f->spec[len] != '\0';

    f->spec[len] = '\0';
    f->entry = find(f->spec);
    if (!f->entry)
        return failure_bad_request(why, "fault: there is none of the name \"%s\"", f->spec);
    memcpy(dflt, f->entry->dflt, strlen(f->entry->dflt) + 1);
    if (set_all(f, dflt, why) < 0)
        return -1;
    return more ? set_all(f, f->spec + len + 1, why) : 0;
}

int fault_parse(const char *spec, fault **ret, failure *why)
{
    fault *f = calloc(1, sizeof(*f));
    int r;

    if (f)
        f->spec = strdup(spec);
    if (!f || !f->spec) {
        free(f);
        return failure_memory(why);
    }
    r = parse(f, why);
    if (r == 0) {
        *ret = f;
        return 0;
    }
    free(f->spec);
    free(f);
    return -1;
}

const char *opsdk_apiserver_fault_name(size_t i, const char **ret_help)
{
    size_t n = sizeof(FAULTS) / sizeof(FAULTS[0]) - 1;

    if (i >= n)
        return NULL;
    if (ret_help)
        *ret_help = FAULTS[i].help;
    return FAULTS[i].name;
}
