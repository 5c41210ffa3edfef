#include "apiserver/meta.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

json_t *meta_of(const json_t *obj)
{
    return json_object_get(obj, "metadata");
}

const char *meta_text(const json_t *obj, const char *name)
{
    const char *text = json_string_value(json_object_get(meta_of(obj), name));

    return text ? text : "";
}

int64_t meta_generation(const json_t *obj)
{
    return json_integer_value(json_object_get(meta_of(obj), "generation"));
}

static void set_text(json_t *meta, const char *name, const char *text)
{
    json_object_set_new_nocheck(meta, name, json_string_nocheck(text));
}

/* RFC 9562, version 4. */
const char *meta_random_uid(char room[META_UID])
{
    unsigned char b[16];

    if (getrandom(b, sizeof(b), 0) != sizeof(b))
        return NULL;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(room, META_UID, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
             b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return room;
}

/* k8s.io/apiserver/pkg/storage/names: five characters that make no words, and the base cut to leave room for them. */
const char *meta_random_name(const char *base, char room[META_NAME])
{
    static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789";
    unsigned char random[5] = {0};
    size_t len = strlen(base) > 58 ? 58 : strlen(base);

    if (getrandom(random, sizeof(random), 0) < 0)
        memset(random, 0, sizeof(random));
    memcpy(room, base, len);
    for (size_t i = 0; i < sizeof(random); i++)
        room[len + i] = alphabet[random[i] % (sizeof(alphabet) - 1)];
    room[len + sizeof(random)] = '\0';
    return room;
}

void meta_wipe(json_t *obj)
{
    static const char *const names[] = {"creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
                                        "selfLink", "uid"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        json_object_del(meta_of(obj), names[i]);
}

int meta_create(call *c, json_t *obj, failure *why)
{
    json_t *meta = meta_of(obj);
    char now[32], name[META_NAME], uid[META_UID];

    if (!json_is_object(meta)) {
        meta = json_object();
        json_object_set_new_nocheck(obj, "metadata", meta);
    }
    if (!*meta_text(obj, "name") && *meta_text(obj, "generateName"))
        set_text(meta, "name", meta_random_name(meta_text(obj, "generateName"), name));
    json_object_del(meta, "deletionTimestamp");
    json_object_del(meta, "deletionGracePeriodSeconds");
    json_object_del(meta, "selfLink");
    json_object_set_new_nocheck(meta, "uid", json_string_nocheck(meta_random_uid(uid)));
    set_text(meta, "creationTimestamp", apiserver_time(c->server, now));
    return json_object_get(meta, "uid") ? 0 : failure_memory(why);
}

void meta_update(json_t *obj, const json_t *old)
{
    /* Always the server's, the server's where it has one, and the server's where the client has none. */
    static const struct {
        const char *name;
        bool always, unless_given;
    } kept[] = {{"uid", false, true},
                {"creationTimestamp", false, false},
                {"deletionTimestamp", false, false},
                {"deletionGracePeriodSeconds", false, true},
                {"generation", true, false},
                {"selfLink", true, false}};
    json_t *meta = meta_of(obj);

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        json_t *value = json_object_get(meta_of(old), kept[i].name);
        if (value && !(kept[i].unless_given && json_object_get(meta, kept[i].name)))
            json_object_set_nocheck(meta, kept[i].name, value);
        else if (!value && kept[i].always)
            json_object_del(meta, kept[i].name);
    }
}
