"""Which addresses a source or a place is reached at, as its settings say."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import BaseModel

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+")
_HOSTS = ("host", "hosts", "image_hosts", "download_hosts")
_OURS = ("redirect_uri", "fields")  # the address of our own pages; what a system calls its fields


def addresses(settings: BaseModel) -> tuple[str, ...]:
    """Return where a system is reached: hosts alone, since what follows them may hold a secret. A folder has none.

    A connector whose settings do not spell the address out says it by ``reached``.
    """
    known = [_host(one) for one in getattr(settings, "reached", ())]
    return tuple(dict.fromkeys(filter(None, [*known, *_in(settings.model_dump())])))


def _in(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _in(one, str(key)) if key not in _OURS else ()
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _in(one, name)
    elif isinstance(value, str) and (name in _HOSTS or _ADDRESS.fullmatch(value)):
        yield _host(value)


def _host(address: str) -> str:
    """Return the host of an address, with how it is spoken to; a host alone as it is."""
    if not _ADDRESS.fullmatch(address):
        return address
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}"
