#include "apiserver/kinds/kinds.h"
#include "apiserver/apiserver.h"
#include "apiserver/kinds/schemas.h"
#include "apiserver/kinds/tables.h"

#include <stdlib.h>
#include <string.h>

struct kinds {
    resource *namespaces, *accounts;
    unsigned number;
    size_t n;
    resource resources[];
};

/* Reviews and other virtual resources are answered, not stored. */
static bool is_stored(const resource *res)
{
    return res->verbs & VERB_LIST;
}

/* A kind that is stored as that of another group has its collection. */
static int add(resource *res, registry *r, store *s)
{
    if (is_stored(res)) {
        resource *home = res->home ? registry_find(r, res->home, res->version, res->plural) : NULL;
        res->objects = store_collection(s, home ? home : res);
        if (!res->objects)
            return -1;
    }
    return registry_add(r, res);
}

kinds *kinds_new(registry *r, store *s)
{
    size_t n = 0;
    kinds *k;

    while (KINDS[n].plural)
        n++;
    k = malloc(sizeof(*k) + n * sizeof(k->resources[0]));
    if (!k)
        return NULL;
    k->n = n;
    k->number = 0;
    for (size_t i = 0; i < n; i++) {
        k->resources[i] = KINDS[i];
        if (add(&k->resources[i], r, s) < 0)
            return kinds_free(k);
    }
    k->namespaces = registry_find(r, "", "v1", "namespaces");
    k->accounts = registry_find(r, "", "v1", "serviceaccounts");
    return k;
}

collection *kinds_namespaces(const kinds *k)
{
    return k->namespaces->objects;
}

collection *kinds_accounts(const kinds *k)
{
    return k->accounts->objects;
}

resource *kinds_account_resource(const kinds *k)
{
    return k->accounts;
}

unsigned kinds_number(kinds *k)
{
    return k->number++;
}

const schema *kinds_document(const char *kind)
{
    static const schema *const documents[] = {&schema_meta_v1_DeleteOptions, &schema_autoscaling_v1_Scale,
                                              &schema_policy_v1_Eviction, &schema_authentication_v1_TokenRequest,
                                              &schema_core_v1_Binding};

    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
        if (strcmp(strrchr(documents[i]->name, '.') + 1, kind) == 0)
            return documents[i];
    return NULL;
}

int kinds_populate(apiserver *s)
{
    static const char *const names[] = {"default", "kube-node-lease", "kube-public", "kube-system"};
    auto_failure why = {0};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_auto_t *doc = json_pack("{s:{s:s}}", "metadata", "name", names[i]);
        if (!doc || api_create(s, s->kinds->namespaces, "", doc, "kube-apiserver", &why) < 0)
            return -1;
    }
    return 0;
}

kinds *kinds_free(kinds *k)
{
    free(k);
    return NULL;
}
