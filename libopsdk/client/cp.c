#include "client/cp.h"

#include "core/limits.h"

#include <string.h>

#define WORDS 1024 /* bytes of stderr that are kept, the last ones */

typedef struct cp_command {
    const cp_pipe *pipe;
    bool go;
    char words[WORDS];
    size_t n;
    opsdk_error err; /* of the pipe */
} cp_command;

static long on_read(char *to, size_t len, void *user)
{
    cp_command *k = user;

    if (k->pipe->wait && !k->go)
        return OPSDK_EBUSY;
    return k->pipe->read(to, len, k->pipe->user, &k->err);
}

static void keep_words(cp_command *k, const char *data, size_t len)
{
    size_t over;

    if (len >= WORDS) {
        data += len - WORDS;
        len = WORDS;
    }
    over = k->n + len > WORDS ? k->n + len - WORDS : 0;
    memmove(k->words, k->words + over, k->n - over);
    memcpy(k->words + k->n - over, data, len);
    k->n += len - over;
}

static int on_write(int fd, const char *data, size_t len, void *user)
{
    cp_command *k = user;

    if (fd == CHANNEL_STDERR) {
        keep_words(k, data, len);
        return 0;
    }
    k->go = true;
    return k->pipe->take ? k->pipe->take(data, len, k->pipe->user, &k->err) : 0;
}

int cp_run(const cp_place *at, const char *const argv[], const cp_pipe *pipe, opsdk_error *err)
{
    cp_command k = {.pipe = pipe};
    opsdk_exec_io io = {
        .read = pipe->read ? on_read : NULL,
        .write = on_write,
        .user = &k,
        .container = at->container,
    };
    channel_exit how = {.code = -1};
    int r;

    r = exec_run(at->client, at->pod, argv, &io, &how, err);
    if (r < 0 && err && k.err.code)
        *err = k.err;
    else if (r < 0 && k.n > 0)
        exec_said(argv[0], k.words, k.n, err);
    if (r < 0)
        return r;
    if (how.missing)
        return CP_MISSING;
    if (how.code == CP_EXIT_UNCHECKED)
        return CP_UNCHECKED;
    return how.code == 0 ? 0 : exec_failed(argv[0], &how, k.words, k.n, err);
}
