/* The form in which a client wants objects: as they are, their metadata alone, or a table (Accept: ...;as=Table;v=v1;g=meta.k8s.io). */
#ifndef APISERVER_RENDER_H
#define APISERVER_RENDER_H

#include "apiserver/call.h"
#include "apiserver/store.h"

enum form { FORM_WHOLE, FORM_METADATA, FORM_TABLE };

typedef struct render {
    enum form form;
    const resource *res; /* as which version */
    const char *include; /* of tables: includeObject; "" is Metadata */
    const char *meta;    /* apiVersion of tables and metadata */
    bool as_list;        /* metadata was asked for as a list */
} render;

/* What the request accepts; 406 when nothing of it can be made. */
int render_choose(const call *c, render *ret, failure *why);

/* Adds one object in that form; header: with the column definitions (tables).  -1: no memory. */
int render_item(const render *r, const apiserver *s, const item *it, bool header, buf *out);
int render_object(const render *r, const apiserver *s, json_t *obj, bool header, buf *out);

/* A list is its head with meta, then members with commas between them, then "]}". */
int render_list_head(const render *r, const json_t *meta, buf *out);
int render_member(const render *r, const apiserver *s, const item *it, buf *out);

/* "core." of core.Pod: the last part of the internal package's name, as Go's messages have it. */
const char *render_go_package(const resource *res);

#endif
