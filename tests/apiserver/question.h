/* A request, handled as the loop's thread does it, but in this thread, whose allocations can be made to fail. */
#ifndef TESTS_APISERVER_QUESTION_H
#define TESTS_APISERVER_QUESTION_H

#include "apiserver/apiserver.h"
#include "apiserver/limits.h"
#include "apiserver/request.h"

#include "tests/support/fault.h"

#include <check.h>
#include <string.h>

typedef struct question {
    const char *method, *path, *type, *accept, *body;
    size_t len; /* of the body; 0: to its NUL */
    int status; /* of the answer, where memory does not end */
} question;

/* The status, and the answer's body (the caller's; NULL: nobody asks); the k-th allocation fails (0: none).  With the lock held. */
static inline int question_ask_locked(opsdk_apiserver *server, const question *q, unsigned long k, bool *ret_hit,
                                      char **ret_body)
{
    static const param manager[] = {{"fieldManager", "test"}};
    arena memory = {0};
    call c = {.server = server, .body = BUF_INIT(LIMIT_REPLY)};
    int status;

    c.rq = (request){.method = q->method,
                     .path = q->path,
                     .params = manager,
                     .n_params = 1,
                     .accept = q->accept ? q->accept : "",
                     .content_type = q->type ? q->type : "application/json",
                     .user_agent = "test/1",
                     .authorization = "",
                     .if_none_match = "",
                     .upgrade = "",
                     .impersonation = {"", "", ""},
                     .body = q->body ? q->body : "",
                     .body_len = q->len || !q->body ? q->len : strlen(q->body)};
    ck_assert_int_eq(request_resolve(&c.rq, &memory), 0);
    fault_set(k);
    api_handle(&c);
    *ret_hit = fault_clear();
    status = c.status;
    if (ret_body)
        *ret_body = strndup(c.body.data ? c.body.data : "", c.body.len);
    call_clear(&c);
    arena_clear(&memory);
    return status;
}

static inline int question_answer_locked(opsdk_apiserver *server, const question *q, unsigned long k, bool *ret_hit)
{
    return question_ask_locked(server, q, k, ret_hit, NULL);
}

static inline int question_ask(opsdk_apiserver *server, const question *q, unsigned long k, bool *ret_hit,
                               char **ret_body)
{
    int status;

    pthread_mutex_lock(&server->lock);
    status = question_ask_locked(server, q, k, ret_hit, ret_body);
    pthread_mutex_unlock(&server->lock);
    return status;
}

static inline int question_answer(opsdk_apiserver *server, const question *q, unsigned long k, bool *ret_hit)
{
    return question_ask(server, q, k, ret_hit, NULL);
}

#endif
