#include "client/http_pool.h"
#include "core/limits.h"

#include <stdlib.h>

struct http_pool {
    pthread_mutex_t lock;
    size_t len;
    CURL *idle[LIMIT_IDLE];
};

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct http_pool *http_pool_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct http_pool *p = calloc(1, sizeof(*p));

    pthread_once(&once, init_curl);
    if (p)
        pthread_mutex_init(&p->lock, NULL);
    return p;
}

void http_pool_drop(struct http_pool *p)
{
    CURL *idle[LIMIT_IDLE];
    size_t len;

    pthread_mutex_lock(&p->lock);
    len = p->len;
    for (size_t i = 0; i < len; i++)
        idle[i] = p->idle[i];
    p->len = 0;
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < len; i++)
        curl_easy_cleanup(idle[i]);
}

void http_pool_free(struct http_pool *p)
{
    if (!p)
        return;
    http_pool_drop(p);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

CURL *http_pool_take(struct http_pool *p)
{
    CURL *easy = NULL;

    pthread_mutex_lock(&p->lock);
    if (p->len > 0)
        easy = p->idle[--p->len];
    pthread_mutex_unlock(&p->lock);
    return easy ? easy : curl_easy_init();
}

void http_pool_give(struct http_pool *p, CURL *easy)
{
    bool kept = false;

    curl_easy_reset(easy); /* forgets the request, keeps the connection */
    pthread_mutex_lock(&p->lock);
    if (p->len < LIMIT_IDLE) {
        p->idle[p->len++] = easy;
        kept = true;
    }
    pthread_mutex_unlock(&p->lock);
    if (!kept)
        curl_easy_cleanup(easy);
}
