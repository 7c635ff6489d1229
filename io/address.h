/* io/address.h - which addresses a stranger may make us dial. */
#ifndef ZN_IO_ADDRESS_H
#define ZN_IO_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/** Can anybody on the Internet own this address? False for loopback, private, link-local,
 *  multicast and every other special range, also where IPv6 carries an IPv4 address, and for
 *  families other than these two. Source: IANA's special-purpose registries (RFC 6890). */
bool zn_address_public(const struct sockaddr *address);

#endif
