"""Conditions of LDAP searches (RFC 4515), in which a value is never more than a value."""

import re
from urllib.parse import urlsplit

from catchlight.loopback import is_here

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_SPECIAL = re.compile(rb"[^A-Za-z0-9@._+=, -]")


def where(url: str, *, plain: bool = False) -> str:
    """Return a server's address; ValueError for another kind, or a plain one (``plain``) beyond this machine."""
    parts = urlsplit(url)
    if (
        parts.scheme not in {"ldap", "ldaps"}
        or not parts.hostname
        or parts.path not in {"", "/"}
        or "@" in url
    ):
        message = (
            f"{url!r}: an address such as ldaps://directory.example.com or ldaps://directory.example.com:3269"
        )
        raise ValueError(message)
    if plain and not is_here(parts.hostname):
        message = (
            f"{url!r}: the password travels encrypted only; use ldaps://, or ldap:// with starttls = true"
        )
        raise ValueError(message)
    return url.rstrip("/")


def is_name(name: str) -> str:
    """Return the name of an attribute; ValueError for anything else."""
    if not _NAME.fullmatch(name):
        message = f"{name!r}: the name of one attribute, such as mail, employeeID or userPrincipalName"
        raise ValueError(message)
    return name


def is_condition(text: str) -> str:
    """Return a condition, or "" for none; ValueError where its brackets are not one whole."""
    depth = [0]
    for sign in text:
        depth.append(depth[-1] + (sign == "(") - (sign == ")"))
    if text and (not text.startswith("(") or depth[-1] != 0 or 0 in depth[1:-1] or min(depth) < 0):
        message = f"{text!r}: one filter in brackets, such as (objectClass=person)"
        raise ValueError(message)
    return text


def equals(name: str, value: str | bytes) -> str:
    """Return the condition that an attribute has exactly this value."""
    data = value.encode() if isinstance(value, str) else value
    escaped = _SPECIAL.sub(lambda sign: b"\\%02x" % sign[0][0], data)
    return f"({name}={escaped.decode('ascii')})"


def condition(*parts: str) -> str:
    """Return the condition that all parts are met; an empty one says nothing."""
    return f"(&{''.join(parts)})"
