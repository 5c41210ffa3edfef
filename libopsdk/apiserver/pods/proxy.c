#include "apiserver/pods/proxy.h"
#include "apiserver/limits.h"
#include "apiserver/pods/listeners.h"
#include "apiserver/pods/pods.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS 64
#define PIECE 16384

/* One way of a connection: what was read of one side and waits for the other. */
typedef struct half {
    poller poller;
    struct relay *relay;
    char *data; /* PIECE bytes: read here, for the other side */
    size_t len, done;
    bool ended; /* nothing more to read here */
} half;

typedef struct relay {
    half side[2]; /* the client; the pod */
    proxies *owner;
    bool connected;
    struct relay *next, **link;
} relay;

typedef struct port {
    poller listener;
    proxies *owner;
    int number;
    bool seen;
} port;

struct proxies {
    pod *pod;
    port *ports[PORTS];
    size_t n;
    int64_t look_at_ms;
    int stock[LIMIT_POD_SOCKETS]; /* sockets of the pod's network */
    size_t n_stock;
    relay *relays;
    size_t n_relays;
};

/* ---- a connection ---- */

static void side_close(half *h)
{
    int fd = h->poller.fd;

    poller_stop(&h->poller);
    if (fd >= 0)
        close(fd);
    free(h->data);
}

static void relay_free(proxies *x, relay *r)
{
    *r->link = r->next;
    if (r->next)
        r->next->link = r->link;
    side_close(&r->side[0]);
    side_close(&r->side[1]);
    free(r);
    x->n_relays--;
}

/* Reads where there is room, writes where there is something. */
static void want(relay *r)
{
    for (int i = 0; i < 2; i++) {
        half *own = &r->side[i], *other = &r->side[1 - i];
        bool reads = r->connected && !own->ended && own->len == 0, writes = other->len > 0 || (i == 1 && !r->connected);
        poller_want(&own->poller, (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)));
    }
}

/* False: it broke. */
static bool side_read(half *own, half *other)
{
    ssize_t n = read(own->poller.fd, own->data, PIECE);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    own->ended = n == 0;
    own->len = (size_t)n;
    own->done = 0;
    if (own->ended)
        shutdown(other->poller.fd, SHUT_WR);
    return true;
}

static bool side_write(const half *own, half *other)
{
    ssize_t n = send(own->poller.fd, other->data + other->done, other->len - other->done, MSG_NOSIGNAL);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    other->done += (size_t)n;
    if (other->done == other->len)
        other->len = other->done = 0;
    return true;
}

static bool has_connected(relay *r)
{
    int code = 0;
    socklen_t size = sizeof(code);

    r->connected = getsockopt(r->side[1].poller.fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 && code == 0;
    return r->connected;
}

static bool serve(relay *r, half *own, half *other, short revents)
{
    if (!r->connected && own == &r->side[1])
        return has_connected(r);
    if (!r->connected)
        return !(revents & (POLLERR | POLLHUP));
    if (other->len > 0 && (revents & (POLLOUT | POLLERR)) && !side_write(own, other))
        return false;
    if (!own->ended && own->len == 0 && (revents & (POLLIN | POLLHUP | POLLERR)) && !side_read(own, other))
        return false;
    return !(own->ended && other->ended && own->len == 0 && other->len == 0);
}

static void on_side(poller *p, short revents)
{
    half *own = (half *)((char *)p - offsetof(half, poller));
    relay *r = own->relay;

    if (serve(r, own, own == &r->side[0] ? &r->side[1] : &r->side[0], revents))
        want(r);
    else
        relay_free(r->owner, r);
}

static bool side_init(half *h, relay *r, int fd)
{
    h->relay = r;
    h->data = malloc(PIECE);
    poller_start(&h->poller, pods_loop_of(r->owner->pod->server), fd, 0, on_side);
    return h->data != NULL;
}

/* ---- connections that come in ---- */

/* A socket on its way to that port of the pod, or -1. */
static int dial(proxies *x, int number)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    int fd;

    if (x->n_stock == 0)
        x->n_stock = sandbox_sockets(&x->pod->box, x->stock, LIMIT_POD_SOCKETS);
    if (x->n_stock == 0)
        return -1;
    fd = x->stock[--x->n_stock];
    inet_pton(AF_INET, x->pod->ip, &to.sin_addr);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

static void on_client(poller *p, short revents)
{
    port *from = (port *)((char *)p - offsetof(port, listener));
    proxies *x = from->owner;
    int client = accept4(p->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), inside;
    relay *r = client >= 0 && x->n_relays < LIMIT_PROXIES ? calloc(1, sizeof(*r)) : NULL;
    bool good;

    (void)revents;
    inside = r ? dial(x, from->number) : -1;
    if (inside < 0) {
        free(r);
        if (client >= 0)
            close(client);
        return;
    }
    r->owner = x;
    r->next = x->relays;
    r->link = &x->relays;
    if (r->next)
        r->next->link = &r->next;
    x->relays = r;
    x->n_relays++;
    good = side_init(&r->side[0], r, client); /* both take their descriptor over */
    if (side_init(&r->side[1], r, inside) && good)
        want(r);
    else
        relay_free(x, r);
}

/* ---- ports ---- */

static void port_free(port *o)
{
    int fd = o->listener.fd;

    poller_stop(&o->listener);
    if (fd >= 0)
        close(fd);
    free(o);
}

static void port_open(proxies *x, int number)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    port *o = x->n < PORTS ? calloc(1, sizeof(*o)) : NULL;
    int fd = o ? socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1, on = 1;

    if (!o)
        return;
    o->owner = x;
    o->number = number;
    o->seen = true;
    o->listener.fd = -1;
    inet_pton(AF_INET, x->pod->ip, &at.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 64) < 0) {
        if (fd >= 0)
            close(fd);
        free(o);
        return;
    }
    poller_start(&o->listener, pods_loop_of(x->pod->server), fd, POLLIN, on_client);
    x->ports[x->n++] = o;
}

static void port_found(proxies *x, int number)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->ports[i]->number == number) {
            x->ports[i]->seen = true;
            return;
        }
    port_open(x, number);
}

static void on_listener(int number, void *user)
{
    port_found(user, number);
}

static void drop_unseen(proxies *x)
{
    size_t n = 0;

    for (size_t i = 0; i < x->n; i++) {
        if (x->ports[i]->seen)
            x->ports[n++] = x->ports[i];
        else
            port_free(x->ports[i]);
    }
    x->n = n;
}

int64_t proxies_step(proxies *x, int64_t now)
{
    bool runs = pod_runs(x->pod);

    if (runs && now < x->look_at_ms)
        return x->look_at_ms;
    for (size_t i = 0; i < x->n; i++)
        x->ports[i]->seen = false;
    if (runs)
        listeners_each(x->pod->box.diag, on_listener, x);
    drop_unseen(x);
    x->look_at_ms = runs ? now + LIMIT_PORTS_MS : 0;
    return runs ? x->look_at_ms : INT64_MAX;
}

proxies *proxies_new(pod *p)
{
    proxies *x = calloc(1, sizeof(*x));

    if (x)
        x->pod = p;
    return x;
}

proxies *proxies_free(proxies *x)
{
    if (!x)
        return NULL;
    while (x->relays)
        relay_free(x, x->relays);
    for (size_t i = 0; i < x->n; i++)
        port_free(x->ports[i]);
    for (size_t i = 0; i < x->n_stock; i++)
        close(x->stock[i]);
    free(x);
    return NULL;
}
