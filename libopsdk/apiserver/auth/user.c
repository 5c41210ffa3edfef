#include "apiserver/auth/user.h"
#include "apiserver/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void user_info_clear(user_info *u)
{
    for (size_t i = 0; u->groups && u->groups[i]; i++)
        free(u->groups[i]);
    free(u->groups);
    free(u->name);
    free(u->uid);
    json_decref(u->extra);
    *u = (user_info){0};
}

int user_set(user_info *u, const char *name)
{
    user_info_clear(u);
    u->name = strdup(name);
    return u->name ? 0 : -1;
}

int user_join(user_info *u, const char *group)
{
    size_t n = 0;
    char **more, *copy = strdup(group);

    while (u->groups && u->groups[n])
        n++;
    more = copy ? reallocarray(u->groups, n + 2, sizeof(*more)) : NULL;
    if (!more) {
        free(copy);
        return -1;
    }
    u->groups = more;
    more[n] = copy;
    more[n + 1] = NULL;
    return 0;
}

int user_join_own(user_info *u, const char *ns)
{
    char group[ACCOUNT_ROOM + 32];

    snprintf(group, sizeof(group), "system:serviceaccounts:%s", ns);
    return user_join(u, "system:serviceaccounts") < 0 || user_join(u, group) < 0 ? -1 : 0;
}

int user_join_authenticated(user_info *u)
{
    return user_is_in(u, GROUP_AUTHENTICATED) ? 0 : user_join(u, GROUP_AUTHENTICATED);
}

int user_extra(user_info *u, const char *key, const char *value)
{
    json_t *list;

    if (!u->extra)
        u->extra = json_object();
    list = json_object_get(u->extra, key);
    if (!list) {
        list = json_array();
        if (json_object_set_new(u->extra, key, list) < 0)
            return -1;
    }
    return json_array_append_new(list, json_string(value));
}

bool user_is_in(const user_info *u, const char *group)
{
    for (size_t i = 0; u->groups && u->groups[i]; i++)
        if (strcmp(u->groups[i], group) == 0)
            return true;
    return false;
}

static int add_groups(json_t *doc, const user_info *u)
{
    json_t *groups = json_array();

    for (size_t i = 0; u->groups && u->groups[i]; i++) {
        if (json_array_append_new(groups, json_string(u->groups[i])) == 0)
            continue;
        json_decref(groups);
        return -1;
    }
    if (json_array_size(groups))
        return json_object_set_new(doc, "groups", groups);
    json_decref(groups);
    return 0;
}

json_t *user_json(const user_info *u)
{
    json_t *doc = json_pack("{s:s}", "username", u->name);
    int r = doc ? 0 : -1;

    if (r == 0 && u->uid && *u->uid)
        r = json_object_set_new(doc, "uid", json_string(u->uid));
    if (r == 0)
        r = add_groups(doc, u);
    if (r == 0 && u->extra && json_object_size(u->extra))
        r = json_object_set(doc, "extra", u->extra);
    if (r == 0)
        return doc;
    json_decref(doc);
    return NULL;
}

bool user_account(const char *name, account_name *ret)
{
    static const char prefix[] = "system:serviceaccount:";
    const char *rest = name + sizeof(prefix) - 1, *colon;

    if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
        return false;
    colon = strchr(rest, ':');
    if (!colon || strchr(colon + 1, ':') || colon - rest >= ACCOUNT_ROOM || strlen(colon + 1) >= ACCOUNT_ROOM)
        return false;
    snprintf(ret->ns, sizeof(ret->ns), "%.*s", (int)(colon - rest), rest);
    snprintf(ret->name, sizeof(ret->name), "%s", colon + 1);
    return name_is(NAME_DNS_LABEL, ret->ns) && name_is(NAME_DNS_SUBDOMAIN, ret->name);
}

int user_of(user_info *u, const char *name, const char *const *groups)
{
    account_name account;
    int r = user_set(u, name);

    if (r == 0 && user_account(name, &account))
        r = user_join_own(u, account.ns);
    for (; r == 0 && groups && *groups; groups++)
        r = user_join(u, *groups);
    return r;
}
