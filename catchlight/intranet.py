"""Whether an address leads to this machine or to the company's own network."""

import ipaddress
import socket
from urllib.parse import urlsplit

from catchlight.errors import ConfigError, OutsideError


def must_be_inside(address: str) -> None:
    """Raise ConfigError unless every machine of an address (http or https) is on loopback or a private network."""
    parts = urlsplit(address)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or parts.scheme, proto=socket.IPPROTO_TCP)
    except OSError as error:
        message = f"{address}: this name is not known here: {error.strerror}"
        raise OutsideError(message) from error
    for place in {str(one[4][0]) for one in found}:
        machine = ipaddress.ip_address(place.partition("%")[0])
        if machine.is_global or not (machine.is_private or machine.is_loopback):
            message = f"{address}: {machine} is outside the company's network; name a server inside"
            raise ConfigError(message)
