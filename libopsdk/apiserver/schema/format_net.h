/* Formats of addresses; for format.c only. */
#ifndef APISERVER_FORMAT_NET_H
#define APISERVER_FORMAT_NET_H

#include <stdbool.h>
#include <stddef.h>

bool format_ipv4(const char *text, size_t len);
bool format_ipv6(const char *text, size_t len);
bool format_cidr(const char *text, size_t len);
bool format_mac(const char *text, size_t len);
bool format_email(const char *text, size_t len);
bool format_hostname(const char *text, size_t len);

#endif
