"""What a host's name leads to: addresses of the open internet, or of somebody's own network."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from catchlight.errors import OutsideError

_NAT64 = ip_network("64:ff9b::/96")  # an IPv4 address for hosts that have only IPv6
_OPEN = ip_network("2000::/3")
_TUNNELS = (ip_network("2001::/32"), ip_network("2002::/16"))  # Teredo and 6to4 lead to any IPv4 address
_OWN = ip_network("fc00::/7")
_NOWHERE = ip_network("0.0.0.0/8")


def addresses(host: str, port: int) -> list[str]:
    """Return all addresses of a host; OutsideError when it has none now."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutsideError(f"{host}: has no address now: {error}") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet's, and leads to no other."""
    plain = _plain(address)
    special = plain.is_multicast or plain.is_reserved or plain.is_link_local or plain.is_private
    if isinstance(plain, IPv4Address):
        return plain.is_global and not special
    return plain in _OPEN and plain.is_global and not special and not any(plain in one for one in _TUNNELS)


def may_be_ours(address: str) -> bool:
    """Whether an address is a public one, one of a company's own network, or this machine's.

    Link-local ones are not: a cloud's keys for this machine are kept there.
    """
    plain = _plain(address)
    if isinstance(plain, IPv6Address):
        return plain.is_loopback or plain in _OWN or is_public(address)
    elsewhere = plain.is_multicast or plain.is_link_local or plain.is_reserved
    return not elsewhere and plain not in _NOWHERE


def is_here(address: str) -> bool:
    """Whether an address is this machine's."""
    return _plain(address).is_loopback


def _plain(address: str) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that stands inside another, or the address itself."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return found.ipv4_mapped
        if found in _NAT64:
            return IPv4Address(int(found) & 0xFFFFFFFF)
    return found
