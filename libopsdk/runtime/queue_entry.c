#include "runtime/queue_entry.h"

#include <stdlib.h>
#include <string.h>

#define STEP 32
#define KEPT 64      /* spare ones of a class, always */
#define AT_ONCE 4096 /* given back at most, of a class: the lock is held */

static queue_entry *entry_of_node(wheel_node *n)
{
    return (queue_entry *)n; /* its first member */
}

static queue_entry *spare_or_new(entry_pool *p, size_t class)
{
    queue_entry *e = class < ENTRY_CLASSES ? p->classes[class].spare : NULL;

    if (!e)
        return malloc(sizeof(queue_entry) + (class + 1) * STEP);
    p->classes[class].spare = entry_of_node(e->at.next);
    p->classes[class].len--;
    if (p->classes[class].len < p->classes[class].least)
        p->classes[class].least = p->classes[class].len;
    return e;
}

queue_entry *entry_new(entry_pool *p, const char *ns, const char *name)
{
    size_t ns_len = ns ? strlen(ns) + 1 : 0, name_len = strlen(name) + 1, class = (ns_len + name_len - 1) / STEP;
    queue_entry *e = ns_len <= UINT16_MAX ? spare_or_new(p, class) : NULL;

    if (!e)
        return NULL;
    *e = (queue_entry){.class = class < ENTRY_CLASSES ? (uint8_t) class : ENTRY_CLASSES, .ns_len = (uint16_t)ns_len};
    if (ns)
        memcpy(e->text, ns, ns_len);
    memcpy(e->text + ns_len, name, name_len);
    return e;
}

void entry_free(entry_pool *p, queue_entry *e)
{
    if (e->class >= ENTRY_CLASSES) {
        free(e);
        return;
    }
    e->at.next = p->classes[e->class].spare ? &p->classes[e->class].spare->at : NULL;
    p->classes[e->class].spare = e;
    p->classes[e->class].len++;
}

queue_entry *entry_trim(entry_pool *p)
{
    queue_entry *list = NULL;

    for (size_t i = 0; i < ENTRY_CLASSES; i++) {
        size_t n = p->classes[i].least > KEPT ? p->classes[i].least - KEPT : 0;
        for (size_t k = 0; k < n && k < AT_ONCE; k++) {
            queue_entry *e = p->classes[i].spare;
            p->classes[i].spare = entry_of_node(e->at.next);
            p->classes[i].len--;
            e->at.next = list ? &list->at : NULL;
            list = e;
        }
        p->classes[i].least = p->classes[i].len;
    }
    return list;
}

void entry_free_all(queue_entry *list)
{
    while (list) {
        queue_entry *next = entry_of_node(list->at.next);
        free(list);
        list = next;
    }
}

void entry_pool_clear(entry_pool *p)
{
    for (size_t i = 0; i < ENTRY_CLASSES; i++)
        entry_free_all(p->classes[i].spare);
    *p = (entry_pool){0};
}
