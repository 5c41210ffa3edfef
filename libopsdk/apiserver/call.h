/* One request on its way through the server: what was asked, by whom, and the answer as it grows. */
#ifndef APISERVER_CALL_H
#define APISERVER_CALL_H

#include "apiserver/failure.h"
#include "apiserver/resource.h"
#include "core/buf.h"

typedef struct opsdk_apiserver apiserver; /* apiserver.h */

typedef struct user_info {
    char *name;    /* "system:anonymous" */
    char *uid;     /* or NULL */
    char **groups; /* NULL-terminated */
    json_t *extra; /* or NULL */
} user_info;

void user_info_clear(user_info *u); /* auth/user.h has the rest */

typedef struct param {
    const char *name, *value; /* decoded */
} param;

/* Whom a request wants to act as (Impersonate-...); "" when absent.  libwebsockets 4.1 shows the first header of a name alone. */
typedef struct impersonation {
    const char *user, *uid, *group;
} impersonation;

/* What the request line says (k8s.io/apiserver RequestInfo). */
typedef struct request {
    const char *method; /* GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS */
    const char *path;   /* decoded, without query */
    const param *params;
    size_t n_params;
    const char *accept, *content_type, *user_agent, *authorization; /* "" when absent */
    const char *if_none_match;                                      /* likewise */
    bool cut;            /* libwebsockets took an encoded line feed in the query for its end (http_door.h) */
    const char *upgrade; /* protocols, one of which a WebSocket is to have; "": none is asked for */
    impersonation impersonation;
    const char *body;
    size_t body_len;

    bool watched;     /* below /watch */
    bool is_resource; /* below /api or /apis with group and version; else a path such as /version */
    const char
        *verb; /* get list watch create update patch delete deletecollection; of a path: the method in lower case */
    const char *group, *version, *plural, *sub, *ns, *name; /* "" when absent */
} request;

const char *request_param(const request *rq, const char *name); /* first value, or NULL */
bool request_flag(const request *rq, const char *name);         /* "true", "1", as the server reads them */

struct connection; /* http_call.h */

/* What a fault does to a connection (fault.h); zero: nothing. */
typedef struct mangle {
    bool silent; /* nothing is sent any more, and nothing closed */
    bool cut;    /* the answer ends early: keep bytes of it are sent, then the connection is closed */
    size_t keep;
    size_t slow_bytes; /* sent at once, with slow_ms between; 0: all */
    int64_t slow_ms;
} mangle;

struct call {
    apiserver *server;
    request rq;
    user_info user;
    void *tls;              /* of the connection (SSL), or NULL */
    resource *res;          /* NULL: not a resource */
    const subresource *sub; /* NULL: the resource itself */
    char *manager;          /* field manager: fieldManager, else the user agent up to "/"; owned */
    bool dry_run;
    bool yaml;       /* the answer is to be YAML */
    json_t *doubles; /* what the decoder is to object to in a body of YAML: keys that stand twice; owned; NULL: none */
    struct connection *conn;
    /* The answer. */
    int status;
    buf body;
    const char *type;      /* content type, a literal; "": none */
    const char *caching;   /* Cache-Control, a literal; NULL: as of whatever changes */
    char *etag;            /* with its quotes; owned; then the answer varies with Accept */
    json_t *warnings;      /* array of strings; owned */
    int retry_after_s;     /* 0: none */
    struct websocket *ws;  /* what this connection becomes (http_ws.h); then there is no answer */
    struct stream *stream; /* a watch that goes on after the head; then the body is not sent */
    mangle mangle;
    bool taken; /* the answer comes later, by somebody else (http_answer) */
    /* Of webhooks. */
    bool resumes;               /* and that is api_resume */
    struct call *next;          /* that waits for a thread */
    struct hook_thread *thread; /* it runs in one that may wait; NULL: it must not */
    const json_t *options;      /* DeleteOptions; borrowed */
    char *name_asked;           /* of what is created, before a name is generated; owned */
    int64_t began_us;
};

/* Frees what the call owns; it is ready for the next then. */
void call_clear(call *c);

/* Adds a Warning header (299); twice the same is sent once. */
void call_warn(call *c, const char *fmt, ...) OPSDK_PRINTF(2, 3);

/* Answers with a document, which is consumed; 0, or -1 for want of memory. */
int call_answer(call *c, int status, json_t *doc, failure *why);
int call_answer_text(call *c, int status, const char *type, const char *text, size_t len);

/* Is that the request's content type (parameters aside)? */
bool call_is_type(const call *c, const char *type);
bool call_is_json(const call *c);
/* Reads the body as a document (JSON or YAML by content type): a map, else 400 in the server's words. */
int call_document(call *c, json_t **ret, failure *why);

#endif
