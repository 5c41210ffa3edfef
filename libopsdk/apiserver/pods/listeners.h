/* On which TCP ports a network is listened. */
#ifndef APISERVER_PODS_LISTENERS_H
#define APISERVER_PODS_LISTENERS_H

/* Asks the kernel over a netlink socket of that network (NETLINK_SOCK_DIAG, non-blocking), which is much cheaper than /proc/net/tcp.  Ports that
 * are open to the network's own loopback address alone are left out; one may be told twice, for IPv4 and IPv6. */
void listeners_each(int diag, void (*each)(int port, void *user), void *user);

#endif
