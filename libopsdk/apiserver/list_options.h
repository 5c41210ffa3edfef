/* The options of a list, a watch or the deletion of a collection (ListOptions): parameters in their types, checked as the real server
 * checks them. */
#ifndef APISERVER_LIST_OPTIONS_H
#define APISERVER_LIST_OPTIONS_H

#include "apiserver/call.h"
#include "apiserver/select.h"

typedef struct list_options {
    selection *selection;        /* owned; NULL: everything */
    const char *version, *match; /* resourceVersion and resourceVersionMatch; "" when absent */
    const char *token;           /* continue; likewise */
    int64_t limit, timeout_s;    /* 0: none */
    bool bookmarks;              /* allowWatchBookmarks */
    bool send_given, send;       /* sendInitialEvents */
} list_options;

/* 400 for what cannot be read, 422 for what does not go together. */
int list_options_read(call *c, list_options *ret, failure *why);
void list_options_clear(list_options *o);
#define auto_list_options __attribute__((cleanup(list_options_clear))) list_options

/* The revision that a resourceVersion names; "" and "0" are 0.  False, with what is wrong in why->message alone: it is no number. */
bool revision_parse(const char *text, int64_t *ret, failure *why);

/* The version of a list; 400 when it is no number. */
int list_version(const list_options *o, int64_t *ret, failure *why);

/* A whole number, as strconv.ParseInt(text, 10, 64) reads it; absent is 0.  400. */
int param_integer(const request *rq, const char *name, int64_t *ret, failure *why);

#endif
