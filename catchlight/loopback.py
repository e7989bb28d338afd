"""Whether a host is this very machine, so that nothing said to it leaves."""

import ipaddress


def is_here(host: str) -> bool:
    """Whether a name or an address stays on this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
