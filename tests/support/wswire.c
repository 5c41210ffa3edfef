#include "tests/support/wswire.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool wswire_read(wswire *w, void *to, size_t len)
{
    char *p = to;

    while (len > 0) {
        ssize_t n = w->ssl ? SSL_read(w->ssl, p, (int)len) : recv(w->fd, p, len, 0);

        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

long wswire_peek(wswire *w, void *to, size_t size)
{
    return w->ssl ? SSL_peek(w->ssl, to, (int)size) : recv(w->fd, to, size, MSG_PEEK);
}

bool wswire_write(wswire *w, const void *data, size_t len)
{
    const char *p = data;

    while (len > 0) {
        size_t want = w->piece && w->piece < len ? w->piece : len;
        ssize_t n = w->ssl ? SSL_write(w->ssl, p, (int)want) : send(w->fd, p, want, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

bool wswire_pending(const wswire *w)
{
    return w->ssl && SSL_pending(w->ssl) > 0;
}

bool wswire_send(wswire *w, int opcode, bool final, const void *data, size_t len)
{
    unsigned char head[10] = {(unsigned char)((final ? 0x80 : 0) | opcode)};
    size_t n = 2;

    if (len < 126) {
        head[1] = (unsigned char)len;
    } else if (len < 65536) {
        head[1] = 126;
        head[2] = (unsigned char)(len >> 8);
        head[3] = (unsigned char)len;
        n = 4;
    } else {
        head[1] = 127;
        for (int i = 0; i < 8; i++)
            head[2 + i] = (unsigned char)((uint64_t)len >> (56 - 8 * i));
        n = 10;
    }
    return wswire_write(w, head, n) && wswire_write(w, data, len);
}

long wswire_receive(wswire *w, int *ret_opcode, char *to, size_t size)
{
    unsigned char head[2], more[8], mask[4];
    uint64_t len;
    size_t extra;

    if (!wswire_read(w, head, 2) || !(head[1] & 0x80)) /* clients mask */
        return -1;
    *ret_opcode = head[0] & 15;
    len = head[1] & 127;
    extra = len == 126 ? 2 : len == 127 ? 8 : 0;
    if (!wswire_read(w, more, extra))
        return -1;
    if (extra > 0)
        len = 0;
    for (size_t i = 0; i < extra; i++)
        len = len << 8 | more[i];
    if (len > size || !wswire_read(w, mask, 4) || !wswire_read(w, to, (size_t)len))
        return -1;
    for (size_t i = 0; i < len; i++)
        to[i] = (char)(to[i] ^ mask[i & 3]);
    return (long)len;
}
